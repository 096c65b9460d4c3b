/* assay-null: the least program there is.  How long it takes from spawn to collection is what the
 * kernel charges for any process, so `assay time` can say how much of a short command that is.
 * Why not `true`: 85 % of its time is the start of the C library, not the spawn.
 *
 * NULL_ALONE: linked without a C library; `enter` is then its entry point.  Else an empty main. */
#ifdef NULL_ALONE
_Noreturn void enter(void);

_Noreturn void enter(void)
{
#if defined(__x86_64__)
    __asm__ volatile("syscall" : : "a"(231L), "D"(0L)); /* exit_group(0) */
#elif defined(__aarch64__)
    register long number __asm__("x8") = 94, code __asm__("x0") = 0;
    __asm__ volatile("svc 0" : : "r"(number), "r"(code));
#else
#error "no exit_group for this processor"
#endif
    __builtin_unreachable();
}
#else
int main(void)
{
    return 0;
}
#endif
