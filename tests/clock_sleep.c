/* Loaded before libfaketime, which makes a wrong time of an absolute clock_nanosleep() on CLOCK_MONOTONIC; Python's
   time.sleep() is one. Needs neither headers nor the C library at build time: cc -shared -fPIC -nostdlib. */

extern long syscall(long number, ...);
extern int *__errno_location(void);

#if defined(__aarch64__)
#define CLOCK_NANOSLEEP 115
#else
#define CLOCK_NANOSLEEP 230
#endif

int clock_nanosleep(int clock, int flags, const void *wanted, void *left)
{
    return syscall(CLOCK_NANOSLEEP, clock, flags, wanted, left) == 0 ? 0 : *__errno_location();
}
