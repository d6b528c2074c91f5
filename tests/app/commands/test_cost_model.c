/* The cost model gives the figures that the MobileNet paper prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/commands/cost_model.h"
#include <math.h>

static void separable_costs_a_share_of_standard(void **state)
{
    (void)state;
    const int64_t standard = cost_standard(3, 64, 128, 112, 112);
    const int64_t separable = cost_separable(3, 64, 128, 112, 112);
    assert_int_equal(standard, 924844032);
    assert_int_equal(separable, 109985792);
    const double ratio = (double)separable / (double)standard;
    assert_true(fabs(ratio - (1.0 / 128 + 1.0 / 9)) < 1e-12);
    assert_true(fabs(ratio - 0.1189) < 5e-5);
}

static void unpadded_example(void **state)
{
    (void)state; /* 12x12x3 in, 5x5 filters, 8x8x256 out */
    assert_int_equal(cost_standard(5, 3, 256, 8, 8), 1228800);
    assert_int_equal(cost_depthwise(5, 3, 8, 8), 4800);
    assert_int_equal(cost_pointwise(3, 256, 8, 8), 49152);
    assert_int_equal(cost_separable(5, 3, 256, 8, 8), 53952);
}

static void classifier_by_alpha_and_size(void **state)
{
    (void)state;
    static const struct {
        double alpha;
        int size;
        int64_t mult_adds, parameters;
    } rows[] = {
        {1, 224, 568740352, 4231976},  {0.75, 224, 325400448, 2585560}, {0.5, 224, 149497088, 1331592},
        {0.25, 224, 41030272, 470072}, {1, 192, 418121728, 4231976},    {1, 160, 290675200, 4231976},
        {1, 128, 186400768, 4231976},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Cost cost = cost_classifier(rows[i].alpha, rows[i].size, 1000);
        assert_int_equal(cost.mult_adds, rows[i].mult_adds);
        assert_int_equal(cost.parameters, rows[i].parameters);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(separable_costs_a_share_of_standard),
        cmocka_unit_test(unpadded_example),
        cmocka_unit_test(classifier_by_alpha_and_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
