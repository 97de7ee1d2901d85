/* expect: RE syscall=bpf */
/* expect threads: RE syscall=bpf */
/* expect everything: exit 0 */
/*
 * A program in the kernel.
 */
#include <linux/bpf.h>
#include <sys/syscall.h>

#include "tests/sandbox/programs/hostile.h"

#include "common/banned.h"

int main(void)
{
    begin();
    union bpf_attr map = {.map_type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 1 << 20};
    (void)syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map); /* memory of the kernel's at worst, and charged */
    struct bpf_insn code[] = {{.code = 0xb7}, {.code = 0x95}};
    union bpf_attr program = {.prog_type = BPF_PROG_TYPE_KPROBE,
                              .insns = (__u64)(uintptr_t)code,
                              .insn_cnt = 2,
                              .license = (__u64)(uintptr_t) "GPL"};
    attack("load a kprobe", syscall(SYS_bpf, BPF_PROG_LOAD, &program, sizeof program));
    union bpf_attr next = {.start_id = 0};
    attack("list programs", syscall(SYS_bpf, BPF_PROG_GET_NEXT_ID, &next, sizeof next));
    return outcome();
}
