# One Makefile, no recursion but for builds into another folder. docs/developing.md says what each target is for.
#   make  make check  make test  make bench  make lint  make asan  make fuzz  make check-deps  make test-v2  make test-arch
#   make install  make clean

PREFIX       ?= /usr
OJ_HOME      ?= /home/judge
DESTDIR      ?=
BUILD        ?= build
FUZZ_SECONDS ?= 10
PROGRAM_CC   ?= gcc
# V=1 prints the commands as they are.
Q   := $(if $(V),,@)
SAY := @$(if $(V),:,echo)
ifeq ($(origin CC),default)
CC := gcc
endif

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
	-Wundef -Wcast-qual -Wwrite-strings -Wvla
WERROR   ?= -Werror
HARDEN   ?= -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection
SANITIZE ?=
CFLAGS   ?= -O2 -g
BASE_CFLAGS  = -std=gnu17 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -I. $(WARNINGS) $(WERROR) $(CFLAGS) \
	-DJUDGE_PREFIX='"$(PREFIX)"' -DJUDGE_HOME='"$(OJ_HOME)"' -MMD -MP
ALL_CFLAGS   = $(BASE_CFLAGS) $(SANITIZE) $(HARDEN) -fPIE
ALL_LDFLAGS  = -pie -Wl,-z,relro,-z,now $(SANITIZE) $(LDFLAGS)
# judge_cell is static and small: its size is what a run's memory figure starts from. No sanitizer fits in it.
CELL_CFLAGS  = $(BASE_CFLAGS) $(HARDEN) -fno-pie
CELL_LDFLAGS = -static -Wl,-z,relro,-z,now $(LDFLAGS)

# What is there is built: a module is a file, and needs no line here.
COMMON_SRC  := $(wildcard common/*.c)
CELL_SRC    := $(wildcard judge_client/sandbox/cell_*.c)
CELL_EXTRA  := common/err.c common/str.c common/file.c $(wildcard judge_client/sandbox/cgroup_remove.c)
SANDBOX_SRC := $(filter-out $(CELL_SRC),$(wildcard judge_client/sandbox/*.c))
CLIENT_SRC  := $(filter-out judge_client/main.c,$(wildcard judge_client/*.c))
QUEUE_SRC   := $(wildcard queue/*.c)
STORE_SRC   := $(wildcard store/*.c)
NODE_SRC    := $(filter-out judge_node/main.c,$(wildcard judge_node/*.c))
JUDGED_SRC  := $(filter-out judged/main.c,$(wildcard judged/*.c))
CTL_SRC     := $(wildcard judgectl/*.c)
UNPACK_SRC  := $(filter-out judge_unpack/main.c,$(wildcard judge_unpack/*.c))
UNIT_SRC    := $(wildcard tests/unit/test_*.c)
DRIVER_SRC  := $(wildcard tests/sandbox/*.c)
DRIVER_LIB  := $(wildcard tests/sandbox/lib/*.c)
PROGRAM_SRC := $(wildcard tests/sandbox/programs/*.c)
V2_SRC      := $(wildcard tests/v2/*.c)
BENCH_SRC   := $(wildcard tests/bench/*.c)
BENCH_PROGRAM_SRC := $(wildcard tests/bench/programs/*.c)
FUZZ_SRC    := $(wildcard tests/fuzz/fuzz_*.c)

obj     = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
cellobj = $(patsubst %.c,$(BUILD)/cell/%.o,$(1))
bin     = $(patsubst %.c,$(BUILD)/%,$(1))

PROGRAMS := $(BUILD)/judged $(BUILD)/judge_client $(BUILD)/judge_cell $(BUILD)/judge_node $(BUILD)/judgectl \
	$(BUILD)/judge_unpack
UNIT     := $(call bin,$(UNIT_SRC))
DRIVERS  := $(call bin,$(DRIVER_SRC))
V2       := $(call bin,$(V2_SRC))
HOSTILE  := $(patsubst tests/sandbox/programs/%.c,$(BUILD)/tests/programs/%,$(PROGRAM_SRC))
BENCH    := $(call bin,$(BENCH_SRC))
BENCH_SCRIPTS := $(shell find tests/bench -maxdepth 1 -type f -perm -u+x ! -name '*.c')
BENCH_PROGRAMS := $(call bin,$(BENCH_PROGRAM_SRC))
FUZZ     := $(call bin,$(FUZZ_SRC))
SCRIPTS  := $(sort $(shell find tests/sandbox tests/e2e -maxdepth 1 -type f -perm -u+x ! -name '*.c' ! -name '*.h'))
V2_RUN   := $(wildcard tests/v2/run)

RUN_TESTS := JUDGE_BUILD=$(BUILD) tests/run

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all test-programs unit-programs check-all asan-programs fuzz-programs check test bench lint asan fuzz check-deps test-v2 test-arch \
	install clean FORCE

all: $(PROGRAMS)

# ---- the programs

LIBJUDGE := $(BUILD)/libjudge.a
# What takes and keeps submissions: linked where it is called, with the libraries of its backends.
LIBPOOL  := $(BUILD)/libpool.a
LIBCOMMON := $(BUILD)/libcommon.a
LIBTESTS := $(BUILD)/libtests.a
POOL_LIBS := -lhiredis -lmariadb -lsqlite3 -ljansson

$(LIBJUDGE): $(call obj,$(CLIENT_SRC) $(SANDBOX_SRC) $(JUDGED_SRC) $(NODE_SRC))
$(LIBPOOL): $(call obj,$(QUEUE_SRC) $(STORE_SRC))
$(LIBCOMMON): $(call obj,$(COMMON_SRC))

# What the assembler includes is seen by nobody else.
$(BUILD)/obj/queue/redis_scripts.o: $(wildcard queue/scripts/*.lua)
$(BUILD)/obj/store/store_mysql_schema.o: data/schema.sql

$(LIBJUDGE) $(LIBPOOL) $(LIBCOMMON):
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/judged: $(call obj,judged/main.c $(JUDGED_SRC)) $(LIBCOMMON)
$(BUILD)/judge_client: $(call obj,judge_client/main.c $(CLIENT_SRC) $(SANDBOX_SRC)) $(LIBPOOL) $(LIBCOMMON)
$(BUILD)/judge_node: $(call obj,judge_node/main.c $(NODE_SRC)) $(LIBPOOL) $(LIBCOMMON)
$(BUILD)/judge_unpack: $(call obj,judge_unpack/main.c $(UNPACK_SRC)) $(LIBCOMMON)
$(BUILD)/judgectl: $(call obj,$(CTL_SRC)) $(LIBPOOL) $(LIBCOMMON)

# What reads the packages of other judges.
PROBLEM_LIBS := -lyaml -lexpat
LIBS_judge_client := $(POOL_LIBS) $(PROBLEM_LIBS)
LIBS_judge_unpack := -lz
LIBS_judge_node := $(POOL_LIBS) -pthread
LIBS_judgectl := $(POOL_LIBS) -lncurses -pthread

$(filter-out %/judge_cell,$(PROGRAMS)):
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_$(@F)) $(LDLIBS)

$(BUILD)/judge_cell: $(call cellobj,$(CELL_SRC) $(CELL_EXTRA))
	$(SAY) LD $@
	$(Q)$(CC) $(CELL_LDFLAGS) -o $@ $^

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/cell/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(CELL_CFLAGS) -c -o $@ $<

# Other flags, another compiler or another PREFIX: everything is compiled again.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(CC) $(ALL_CFLAGS) $(CELL_CFLAGS) $(ALL_LDFLAGS) $(CELL_LDFLAGS))' | cmp -s - $@ || \
		echo '$(subst ','\'',$(CC) $(ALL_CFLAGS) $(CELL_CFLAGS) $(ALL_LDFLAGS) $(CELL_LDFLAGS))' > $@

# ---- the tests: a file tests/unit/test_X.c or tests/sandbox/X.c is a test, a file in a folder programs/ is run by one

LIBS_test_filter   := -lseccomp
LIBS_test_syscalls := -lseccomp

$(LIBTESTS): $(call obj,$(wildcard tests/unit/unit.c tests/sandbox/lib/*.c))
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(UNIT) $(DRIVERS) $(V2) $(BENCH): $(BUILD)/%: $(BUILD)/obj/%.o $(LIBTESTS) $(LIBJUDGE) $(LIBPOOL) $(LIBCOMMON)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcunit -Wl,--as-needed $(POOL_LIBS) $(PROBLEM_LIBS) -pthread $(LIBS_$(@F)) $(LDLIBS)

LIBS_test_unpack := $(LIBCOMMON) -lz
$(BUILD)/tests/unit/test_unpack: $(call obj,$(UNPACK_SRC))
# What is tested of judgectl, which is no library: it comes after those that it needs, so they are named once more.
LIBS_test_why := $(LIBPOOL) $(LIBCOMMON) $(POOL_LIBS)
$(BUILD)/tests/unit/test_why: $(call obj,judgectl/why_say.c judgectl/shown.c)

# Static, hardly any warnings, and the flags that its head asks for: `/* build: -pthread */`. A program that needs another
# architecture than the compiler's is left out, and so is one of 32 bits (-m32) where nothing builds it (on x86_64 no
# gcc-multilib, on aarch64 no compiler of arm); its test says so.
PROGRAM_CC_arm ?= arm-linux-gnueabihf-gcc
BUILD_PROGRAM = head() { sed -n "1,8s:.*/\* $$1\: \(.*\) \*/.*:\1:p" $<; }; flags=$$(head build); \
	mkdir -p $(@D); rm -f $@; cc='$(PROGRAM_CC)'; machine=$$($(PROGRAM_CC) -dumpmachine); machine=$${machine%%-*}; \
	case "|$$(head needs | grep -v groups)|" in '||' | *"|$$machine|"*) ;; *) exit 0;; esac; \
	case " $$flags " in *' -m32 '*) [ "$$machine" != aarch64 ] || { cc='$(PROGRAM_CC_arm)'; flags=$${flags%%-m32*}$${flags\#\#*-m32}; }; \
		echo 'int main(void) { return 0; }' | $$cc $$flags -static -x c -o $@.probe - 2>/dev/null || \
		{ echo "nothing builds 32 bits here: $@ left out"; exit 0; }; rm -f $@.probe;; esac; \
	echo CC $@ $$flags; \
	$$cc -std=gnu17 -D_GNU_SOURCE -I. -O1 -g0 -static -w -MMD -MP -MT $@ -MF $@.d -o $@ $< $$flags

$(BUILD)/tests/programs/%: tests/sandbox/programs/%.c
	@$(BUILD_PROGRAM)

$(BENCH_PROGRAMS): $(BUILD)/%: %.c
	@$(BUILD_PROGRAM)

test-programs: $(UNIT) $(DRIVERS) $(V2) $(HOSTILE)

check: $(UNIT)
	@$(RUN_TESTS) $(UNIT)

test: $(PROGRAMS) test-programs asan-programs
	@$(RUN_TESTS) $(UNIT) $(ASAN_UNIT) tests/check_deps tests/lint $(SCRIPTS) $(DRIVERS) $(V2_RUN)

check-deps: $(PROGRAMS)
	@$(RUN_TESTS) tests/check_deps

lint:
	@$(RUN_TESTS) tests/lint

test-v2: $(PROGRAMS) test-programs
	@$(RUN_TESTS) tests/v2/run

# Another architecture, in an emulated machine: ARCH=aarch64, ARCH=arm. For a release: minutes, and it fetches packages.
test-arch:
	@ARCH='$(ARCH)' TEST_TIMEOUT=$${TEST_TIMEOUT:-7200} VERBOSE=1 $(RUN_TESTS) tests/arch/run

bench: $(PROGRAMS) $(BENCH) $(BENCH_PROGRAMS)
	@for program in $(BENCH) $(BENCH_SCRIPTS); do JUDGE_BUILD=$(BUILD) "$$program" || exit; done

# ---- other builds of the same tree, each in a folder of its own

ASAN_MAKE = $(MAKE) --no-print-directory BUILD=$(BUILD)-asan HARDEN= CFLAGS='-O1 -g -fno-omit-frame-pointer' \
	SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all'
ASAN_UNIT = $(patsubst %.c,$(BUILD)-asan/%,$(UNIT_SRC))

asan:
	+@$(ASAN_MAKE) check-all

asan-programs:
	+@$(ASAN_MAKE) unit-programs

unit-programs: $(UNIT)

check-all: $(PROGRAMS) test-programs
	@$(RUN_TESTS) $(UNIT) $(DRIVERS)

# libFuzzer is clang's, and not every clang has its runtime.
FUZZ_CC ?= clang
FUZZ_PROBE = echo 'int LLVMFuzzerTestOneInput(void); int LLVMFuzzerTestOneInput(void) { return 0; }' | \
	$(FUZZ_CC) -fsanitize=fuzzer -x c -o /dev/null - 2>/dev/null

fuzz:
	+@if $(FUZZ_PROBE); then $(MAKE) --no-print-directory BUILD=$(BUILD)-fuzz CC=$(FUZZ_CC) HARDEN= CFLAGS='-O1 -g' \
		SANITIZE='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' fuzz-programs; fi
	@FUZZ_SECONDS=$(FUZZ_SECONDS) JUDGE_BUILD=$(BUILD)-fuzz tests/run tests/fuzz/run

fuzz-programs: $(FUZZ)

LIBS_fuzz_unpack := $(LIBCOMMON) -lz
$(BUILD)/tests/fuzz/fuzz_unpack: $(call obj,$(UNPACK_SRC))
$(FUZZ): $(BUILD)/%: $(BUILD)/obj/%.o $(LIBJUDGE) $(LIBPOOL) $(LIBCOMMON)
	@mkdir -p $(@D)
	$(SAY) LD $@
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ -Wl,--as-needed $(POOL_LIBS) $(PROBLEM_LIBS) -pthread $(LIBS_$(@F)) $(LDLIBS)

# ---- installing: programs, policies, samples and documents are replaced; a folder of OJ_HOME that is there is left as it is

POLICIES  := $(wildcard syscall_tables/policy/*.policy)
LANGUAGES := $(wildcard etc/languages.d/*.ini)
DOCS      := README.md LICENSE $(wildcard docs/*.md)

placed = sed 's:/usr/bin/judged:$(PREFIX)/bin/judged:g; s:/home/judge:$(OJ_HOME):g' $(1) >$(BUILD)/placed

# -C: a file that is the same already is not written again.
install: $(PROGRAMS)
	$(Q)install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/judge/policy \
		$(DESTDIR)$(PREFIX)/share/judge/languages.d $(DESTDIR)$(PREFIX)/share/doc/judge
	$(Q)install -C -m 0755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	$(Q)install -C -m 0644 $(POLICIES) $(DESTDIR)$(PREFIX)/share/judge/policy
	$(Q)install -C -m 0644 $(LANGUAGES) $(DESTDIR)$(PREFIX)/share/judge/languages.d
	$(Q)cd etc && find self-test -type f -exec install -C -D -m 0644 '{}' '$(DESTDIR)$(PREFIX)/share/judge/{}' ';'
	$(Q)install -C -m 0644 $(DOCS) $(DESTDIR)$(PREFIX)/share/doc/judge
	$(Q)install -C -m 0644 data/schema.sql etc/judge.conf $(DESTDIR)$(PREFIX)/share/judge
	$(Q)$(call placed,etc/init.d/judged) && install -C -D -m 0755 $(BUILD)/placed $(DESTDIR)/etc/init.d/judged
	$(Q)$(call placed,etc/logrotate.d/judge) && \
		install -C -D -m 0644 $(BUILD)/placed $(DESTDIR)/etc/logrotate.d/judge
	$(Q)$(call placed,etc/judged.service) && \
		install -C -D -m 0644 $(BUILD)/placed $(DESTDIR)$(PREFIX)/lib/systemd/system/judged.service
	$(Q)cd data && find . -mindepth 2 -type f -exec install -C -D -m 0644 '{}' '$(DESTDIR)$(PREFIX)/share/judge/samples/{}' ';'
	@set -e; folder() { [ -d "$(DESTDIR)$(OJ_HOME)$$2" ] || install -d -m "$$1" "$(DESTDIR)$(OJ_HOME)$$2"; }; \
		folder 0755; folder 0750 /etc; folder 0750 /etc/policy; folder 0750 /etc/languages.d; \
		folder 0750 /data; folder 0750 /log; folder 0755 /run; \
		[ -e "$(DESTDIR)$(OJ_HOME)/etc/judge.conf" ] || \
			install -m 0640 etc/judge.conf "$(DESTDIR)$(OJ_HOME)/etc/judge.conf"

clean:
	rm -rf build build-*

-include $(shell find $(BUILD) -name '*.d' -type f 2>/dev/null)
