# Two commands, demo and test; everything else is plain meson.
BUILD ?= build
PREFIX ?= /usr/local

all: build

$(BUILD)/build.ninja:
	@scripts/install-deps run
	meson setup $(BUILD) --buildtype=release --prefix=$(PREFIX)

build: $(BUILD)/build.ninja
	meson compile -C $(BUILD)

demo:
	@scripts/install-deps run
	@$(MAKE) --no-print-directory build
	scripts/demo.py $(BUILD)

test:
	@scripts/install-deps test
	@test ! -f $(BUILD)/build.ninja || meson configure $(BUILD) -Dtests=enabled
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD) --buildtype=release --prefix=$(PREFIX) -Dtests=enabled
	meson compile -C $(BUILD)
	meson test -C $(BUILD) --print-errorlogs

bench: build
	$(BUILD)/lookout bench

install: build
	meson install -C $(BUILD)

clean:
	rm -rf $(BUILD)

.PHONY: all build demo test bench install clean
