/* The addon's functions over arrays, made of what takes their types for granted: (native) => made.
 * Node-API tells a Float32Array from ten other types by asking for one after the other, 20 ns an
 * array.  Here it is the name that the engine keeps of its kind, which nobody can put on (`instanceof`
 * asks for a prototype, which anybody may set) and which compiled code reads in 2 ns. */
({ dot, attend, multiply, look }) => {
    const typed = Object.getPrototypeOf(Float32Array.prototype);
    const { get } = Object.getOwnPropertyDescriptor(typed, Symbol.toStringTag);
    const kind = Function.prototype.call.bind(get), assign = Object.assign, Refusal = TypeError;
    const floats = (array) => kind(array) === 'Float32Array';
    const refuse = () => {
        throw assign(new Refusal('every argument must be a Float32Array'), { code: 'TYPE' });
    };
    const four = (a, b, c, d) => floats(a) && floats(b) && floats(c) && floats(d);
    return {
        dot: (a, b) => floats(a) && floats(b) ? dot(a, b) : refuse(),
        attend: (query, keys, values, output) =>
            four(query, keys, values, output) ? attend(query, keys, values, output) : refuse(),
        multiply: (matrix, vector, output) => floats(matrix) && floats(vector) && floats(output)
            ? multiply(matrix, vector, output) : refuse(),
        look: (a, b, c, d) => four(a, b, c, d) ? look(a, b, c, d) : refuse(),
    };
};
