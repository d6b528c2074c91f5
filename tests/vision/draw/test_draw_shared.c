/* Libraries that other parts of a program use, too: SDL_ttf, by one thread at a time, and fontconfig. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <fontconfig/fontconfig.h>
#include <SDL_ttf.h>

#include "vision/draw/draw.h"

static atomic_int inside, overlaps, calls;

/* Long enough for another thread to enter, too, where no lock prevents it. */
static void enter(void)
{
    if (atomic_fetch_add(&inside, 1) > 0)
        atomic_fetch_add(&overlaps, 1);
    atomic_fetch_add(&calls, 1);
    usleep(200);
}

/* Declares the wrapper that the linker puts before a function, and the function itself, as the linker names
 * them. */
#define WRAP(type, name, parameters, arguments)                                                              \
    type __real_##name parameters;                                                                           \
    type __wrap_##name parameters;                                                                           \
    type __wrap_##name parameters                                                                            \
    {                                                                                                        \
        enter();                                                                                             \
        type result = __real_##name arguments;                                                               \
        atomic_fetch_sub(&inside, 1);                                                                        \
        return result;                                                                                       \
    }

WRAP(int, TTF_Init, (void), ())
WRAP(TTF_Font *, TTF_OpenFontIndex, (const char *path, int size, long face), (path, size, face))
WRAP(int, TTF_SetFontSize, (TTF_Font * font, int size), (font, size))
WRAP(int, TTF_FontHeight, (const TTF_Font *font), (font))
WRAP(int, TTF_GlyphIsProvided32, (TTF_Font * font, Uint32 codepoint), (font, codepoint))
WRAP(SDL_Surface *, TTF_RenderGlyph32_Blended, (TTF_Font * font, Uint32 codepoint, SDL_Color colour),
     (font, codepoint, colour))

void __real_TTF_CloseFont(TTF_Font *font);
void __wrap_TTF_CloseFont(TTF_Font *font);
void __wrap_TTF_CloseFont(TTF_Font *font)
{
    enter();
    __real_TTF_CloseFont(font);
    atomic_fetch_sub(&inside, 1);
}

/* Draws in two sizes with a Drawing of its own; argument is the Frame for the result. */
static void *draw(void *argument)
{
    Error warning;
    Frame *frame = argument;
    Drawing *drawing = drawing_create(&warning);
    const DrawBox box = {.x = 20, .y = 60, .width = 100, .height = 60, .label = "bicycle", .score = 0.5f};
    static const int sides[] = {480, 240};
    for (int i = 0; drawing && i < 2; i++) {
        if (frame_alloc(frame, PIXEL_I420, sides[i], sides[i]))
            break;
        for (int plane = 0; plane < 3; plane++)
            memset(frame->planes[plane], 128,
                   (size_t)frame->strides[plane] * (size_t)(plane ? sides[i] / 2 : sides[i]));
        drawing_boxes(drawing, frame, &box, 1);
    }
    drawing_destroy(drawing);
    return NULL;
}

static void two_threads(void **state)
{
    (void)state;
    pthread_t thread;
    Frame ours = {0}, others = {0};
    assert_int_equal(pthread_create(&thread, NULL, draw, &others), 0);
    draw(&ours);
    pthread_join(thread, NULL);
    assert_int_equal(atomic_load(&overlaps), 0);
    assert_true(atomic_load(&calls) > 2 * 20); /* both have rendered glyphs */
    assert_int_equal(ours.width, 240);
    assert_int_equal(others.width, 240);
    for (int plane = 0; plane < 3; plane++)
        assert_memory_equal(ours.planes[plane], others.planes[plane],
                            (size_t)ours.strides[plane] * (plane ? 120 : 240));
    frame_free(&ours);
    frame_free(&others);
}

static void the_configuration_of_others(void **state)
{
    (void)state;
    Error warning;
    FcConfig *config = FcConfigCreate();
    assert_non_null(config);
    assert_true(FcConfigSetCurrent(config));
    FcConfigSetSysRoot(config, (const FcChar8 *)"/tmp");
    drawing_destroy(drawing_create(&warning));
    assert_ptr_equal(FcConfigGetCurrent(), config);
    const FcChar8 *root = FcConfigGetSysRoot(FcConfigGetCurrent());
    assert_non_null(root);
    assert_string_equal((const char *)root, "/tmp");
    FcConfigDestroy(config);
    FcFini();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_threads),
        cmocka_unit_test(the_configuration_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
