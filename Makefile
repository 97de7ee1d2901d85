# One Makefile, no recursion. `make` builds, `make check` runs the unit tests without root, `make test` everything.
# See docs/developing.md for the targets.

PREFIX  ?= /usr
OJ_HOME ?= /home/judge
DESTDIR ?=
BUILD   ?= build
CC      ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
	-Wundef -Wcast-qual -Wwrite-strings -Wvla
WERROR   ?= -Werror
HARDEN   := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection
SANITIZE ?=
CFLAGS   ?= -O2 -g
BASE_CFLAGS = -std=gnu17 -D_GNU_SOURCE -I. $(WARNINGS) $(WERROR) $(CFLAGS) $(SANITIZE) \
	-DJUDGE_PREFIX='"$(PREFIX)"' -DJUDGE_HOME='"$(OJ_HOME)"' -MMD -MP
ALL_CFLAGS  = $(BASE_CFLAGS) $(HARDEN) -fPIE
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(SANITIZE) $(LDFLAGS)
# judge_cell is static and small: its size is what a run's memory figure starts from.
CELL_CFLAGS  = $(filter-out $(SANITIZE),$(BASE_CFLAGS)) $(HARDEN) -fno-pie
CELL_LDFLAGS = -static -no-pie -Wl,-z,relro,-z,now $(LDFLAGS)

COMMON_SRC  := $(wildcard common/*.c)
CELL_SRC    := $(wildcard judge_client/sandbox/cell_*.c)
SANDBOX_SRC := $(filter-out $(CELL_SRC),$(wildcard judge_client/sandbox/*.c))
CLIENT_SRC  := $(wildcard judge_client/*.c)
CTL_SRC     := $(wildcard judgectl/*.c)

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
cellobj = $(patsubst %.c,$(BUILD)/cell/%.o,$(1))

PROGRAMS := $(BUILD)/judge_client $(BUILD)/judge_cell $(BUILD)/judgectl

.PHONY: all
all: $(PROGRAMS)

$(BUILD)/judge_client: $(call obj,$(CLIENT_SRC) $(SANDBOX_SRC) $(COMMON_SRC))
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/judgectl: $(call obj,$(CTL_SRC) $(COMMON_SRC))
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/judge_cell: $(call cellobj,$(CELL_SRC) common/err.c common/str.c common/file.c)
	$(CC) $(CELL_LDFLAGS) -o $@ $^

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/cell/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CELL_CFLAGS) -c -o $@ $<

.PHONY: clean
clean:
	rm -rf build build-*

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
