/* Calls of allocating functions from app/, vision/ and detector/, which the linker's --wrap sends here
 * (libraries' own calls are not seen). The program is linked with `wrapped` of tests/meson.build. */
#ifndef LOOKOUT_TESTS_SUPPORT_COUNT_ALLOCATIONS_H
#define LOOKOUT_TESTS_SUPPORT_COUNT_ALLOCATIONS_H

void count_allocations(int on); /* from now on, or no longer; off at first */
int allocations_counted(void);
void forget_allocations(void);

#endif
