"""Documents beside their schemas in docs/schema."""
import json
import pathlib

from tap import SOURCE, Skip, check

try:
    import jsonschema
except ImportError:
    jsonschema = None

FOLDER = pathlib.Path(SOURCE, 'docs/schema')


def schema(name):
    if jsonschema is None:
        raise Skip('jsonschema is not installed (package python3-jsonschema)')
    return json.loads((FOLDER / f'{name}.schema.json').read_text(encoding='utf-8'))


def faults(document, name):
    validator = jsonschema.Draft202012Validator(schema(name))
    return [f'{list(error.absolute_path)}: {error.message}'
            for error in validator.iter_errors(document)]


def check_run(document):
    """What `assay run --json` and `assay show --json` wrote, where there is something to check it with."""
    if jsonschema is not None:
        check(faults(document, 'run') == [], faults(document, 'run')[:5])
