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

# Other engines on the same weights; options of the comparison in RIVALS, as RIVALS='--points 1/224 --threads 1'.
rivals:
	@scripts/install-deps bench
	@test ! -f $(BUILD)/build.ninja || meson setup --reconfigure $(BUILD) -Drivals=enabled
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD) --buildtype=release --prefix=$(PREFIX) -Drivals=enabled
	meson compile -C $(BUILD)
	-@test -d $(BUILD)/rivals/node_modules/onnxruntime-node || \
		npm install --ignore-scripts --no-audit --no-fund --prefix $(BUILD)/rivals onnxruntime-node@1.30.0
	tests/bench/compare.py --build $(BUILD) $(RIVALS)

install: build
	meson install -C $(BUILD)

clean:
	rm -rf $(BUILD)

.PHONY: all build demo test bench rivals install clean
