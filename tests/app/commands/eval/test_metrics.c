/* The figures of small data sets whose answers are known by hand. */
#include "app/commands/eval/metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { CLASSES = 3, MAX_IMAGES = 4, MAX_BOXES = 128, MAX_FOUND = 128 };

/* A data set and what was found in it; both grow by the functions below. */
static DatasetImage images[MAX_IMAGES];
static DatasetBox boxes[MAX_BOXES];
static Dataset dataset;
static MatchDetection found[MAX_IMAGES][MAX_FOUND];
static int found_count[MAX_IMAGES];
static int class_of_category[CLASSES] = {0, 1, -1}; /* class 2 is in no data set */
static MetricsResult *result;

static int begin(void **state)
{
    (void)state;
    memset(images, 0, sizeof images);
    memset(found_count, 0, sizeof found_count);
    dataset = (Dataset){.category_count = CLASSES, .images = images, .image_count = 1, .boxes = boxes};
    return 0;
}

static int end(void **state)
{
    (void)state;
    metrics_result_destroy(result);
    result = NULL;
    return 0;
}

/* Boxes of the last picture come last. */
static DatasetBox *truth(double x, double y, double width, double height)
{
    DatasetImage *image = &images[dataset.image_count - 1];
    if (!image->box_count++)
        image->first_box = dataset.box_count;
    DatasetBox *box = &boxes[dataset.box_count++];
    *box = (DatasetBox){.x = x, .y = y, .width = width, .height = height, .area = width * height};
    return box;
}

static MatchDetection *find(float score, double x, double y, double width, double height)
{
    int image = dataset.image_count - 1;
    MatchDetection *detection = &found[image][found_count[image]++];
    *detection = (MatchDetection){0, score, x, y, width, height};
    return detection;
}

static void next_image(void)
{
    dataset.image_count++;
}

/* Adds the pictures last to first, which must make no difference. */
static void measure(void)
{
    Metrics *metrics = metrics_create(&dataset, class_of_category, CLASSES);
    assert_non_null(metrics);
    for (int i = dataset.image_count - 1; i >= 0; i--)
        assert_int_equal(metrics_add(metrics, i, 1000, 500, found[i], found_count[i]), 0);
    metrics_result_destroy(result);
    result = metrics_finish(metrics);
    assert_non_null(result);
    metrics_destroy(metrics);
}

static void is_near(double value, double expected, const char *what)
{
    if (!(fabs(value - expected) < 1e-9))
        fail_msg("%s is %.12g, not %.12g", what, value, expected);
}
#define ASSERT_NEAR(value, expected) is_near(value, expected, #value)

static void all_found(void **state)
{
    (void)state;
    truth(10, 10, 100, 100);
    find(.75f, 10, 10, 100, 100);
    measure();
    ASSERT_NEAR(result->ap, 1);
    ASSERT_NEAR(result->ap50, 1);
    ASSERT_NEAR(result->ap75, 1);
    ASSERT_NEAR(result->ap_large, 1);
    ASSERT_NEAR(result->ap_medium, -1);
    ASSERT_NEAR(result->ap_small, -1);
    ASSERT_NEAR(result->ar_1, 1);
    ASSERT_NEAR(result->ar_100, 1);
    ASSERT_NEAR(result->voc07, 1);
    ASSERT_NEAR(result->voc, 1);
    ASSERT_NEAR(result->ece, .25);
    assert_int_equal(result->images, 1);
    assert_int_equal(result->class_count, CLASSES);
    assert_int_equal(result->classes[0].truth, 1);
    ASSERT_NEAR(result->classes[0].f1, 1);
    ASSERT_NEAR(result->classes[0].f1_threshold, .375); /* between the score and 0 */
    ASSERT_NEAR(result->classes[0].precision[100], 1);
}

static void thresholds_of_overlap(void **state)
{
    (void)state;
    truth(0, 0, 100, 100);
    find(.9f, 0, 0, 62, 100); /* IoU .62: right at .50, .55, .60 */
    measure();
    ASSERT_NEAR(result->ap, .3);
    ASSERT_NEAR(result->ap50, 1);
    ASSERT_NEAR(result->ap75, 0);
    ASSERT_NEAR(result->ar_100, .3);
}

static void second_box_on_one_object(void **state)
{
    (void)state;
    truth(0, 0, 100, 100);
    find(.75f, 0, 0, 62, 100);
    find(.5f, 0, 0, 100, 100);
    measure();
    /* the first is right up to .60 and the second wrong; above it is the other way round */
    ASSERT_NEAR(result->ap, (3 * 1 + 7 * .5) / 10);
    ASSERT_NEAR(result->ar_1, .3);
    ASSERT_NEAR(result->ar_10, 1);
    ASSERT_NEAR(result->classes[0].f1, 1);
    ASSERT_NEAR(result->classes[0].f1_threshold, .625);
}

static void equal_scores(void **state)
{
    (void)state;
    truth(0, 0, 100, 100);
    find(.5f, 300, 0, 100, 100);
    find(.5f, 0, 0, 100, 100);
    measure();
    ASSERT_NEAR(result->ap50, .5);
    ASSERT_NEAR(result->classes[0].f1, 2. / 3); /* no threshold parts them */
    ASSERT_NEAR(result->classes[0].f1_threshold, .25);

    begin(state);
    truth(0, 0, 100, 100);
    find(.5f, 0, 0, 100, 100);
    find(.5f, 300, 0, 100, 100);
    measure();
    ASSERT_NEAR(result->ap50, 1);
}

static void equal_scores_of_two_pictures(void **state)
{
    (void)state;
    find(.5f, 0, 0, 100, 100); /* wrong, in the first picture */
    next_image();
    truth(0, 0, 100, 100);
    find(.5f, 0, 0, 100, 100);
    measure();
    ASSERT_NEAR(result->ap50, .5);
}

static void order_within_a_picture(void **state)
{
    (void)state;
    truth(0, 0, 100, 100);
    find(.25f, 0, 0, 100, 100);
    find(.75f, 300, 0, 100, 100); /* better, but told later */
    measure();
    ASSERT_NEAR(result->ap50, .5);
    ASSERT_NEAR(result->ar_1, 0);
    ASSERT_NEAR(result->ar_10, 1);
}

static void crowd(void **state)
{
    (void)state;
    truth(0, 0, 200, 200)->crowd = true;
    truth(300, 300, 100, 100);
    find(.9f, 10, 10, 20, 20); /* in the crowd, as often as one likes */
    find(.8f, 10, 10, 20, 20);
    find(.7f, 190, 0, 19, 50); /* 10/19 of it */
    find(.6f, 300, 300, 100, 100);
    find(.5f, 190, 0, 21, 50); /* 10/21 of it: wrong, but comes last */
    measure();
    assert_int_equal(result->classes[0].truth, 1);
    ASSERT_NEAR(result->ap50, 1);
    ASSERT_NEAR(result->voc, 1);
    assert_int_equal(result->calibration[5].count, 1);
    assert_int_equal(result->calibration[7].count + result->calibration[8].count, 0);
}

static void object_in_a_crowd(void **state)
{
    (void)state;
    truth(0, 0, 200, 200)->crowd = true;
    truth(0, 0, 50, 100); /* a lesser IoU, but it counts */
    find(.9f, 0, 0, 60, 100);
    measure();
    ASSERT_NEAR(result->ap50, 1);
    ASSERT_NEAR(result->voc, 1);
}

static void difficult(void **state)
{
    (void)state;
    truth(0, 0, 100, 100)->ignored = true;
    truth(300, 300, 100, 100);
    find(.9f, 0, 0, 100, 100);
    find(.8f, 0, 0, 100, 100); /* COCO's box is used up, VOC's is not */
    find(.7f, 300, 300, 100, 100);
    measure();
    assert_int_equal(result->classes[0].truth, 1);
    ASSERT_NEAR(result->ap50, .5);
    ASSERT_NEAR(result->voc, 1);
    ASSERT_NEAR(result->voc07, 1);
}

static void nearest_object_is_taken(void **state)
{
    (void)state;
    truth(0, 0, 100, 100);
    truth(20, 0, 100, 100);
    find(.9f, 0, 0, 100, 100);
    find(.8f, 5, 0, 100, 100); /* IoU .90 with the first, .74 with the second */
    measure();
    ASSERT_NEAR(result->ap50, 1);
    ASSERT_NEAR(result->voc, .5);        /* wrong: the first is taken */
    ASSERT_NEAR(result->voc07, 6. / 11); /* recalls 0 to .5 */
}

static void areas(void **state)
{
    (void)state;
    truth(0, 0, 20, 20);
    find(.9f, 300, 300, 50, 50); /* wrong, but among small objects it does not count */
    find(.8f, 0, 0, 20, 20);
    measure();
    ASSERT_NEAR(result->ap50, .5);
    ASSERT_NEAR(result->ap_small, 1);
    ASSERT_NEAR(result->ap_medium, -1);
    ASSERT_NEAR(result->ap_large, -1);

    begin(state);
    truth(0, 0, 32, 32); /* both */
    truth(300, 0, 100, 100)->area = 9216.5;
    measure();
    ASSERT_NEAR(result->ap_small, 0);
    ASSERT_NEAR(result->ap_medium, 0);
    ASSERT_NEAR(result->ap_large, 0);

    begin(state);
    truth(0, 0, 100, 100)->area = 1000; /* the file's area decides */
    find(.5f, 0, 0, 100, 100);
    measure();
    ASSERT_NEAR(result->ap_small, 1);
    ASSERT_NEAR(result->ap_large, -1);
}

static void no_detection(void **state)
{
    (void)state;
    truth(0, 0, 100, 100);
    measure();
    ASSERT_NEAR(result->ap, 0);
    ASSERT_NEAR(result->ar_100, 0);
    ASSERT_NEAR(result->voc07, 0);
    ASSERT_NEAR(result->voc, 0);
    ASSERT_NEAR(result->ece, -1);
    ASSERT_NEAR(result->classes[0].f1, 0);
    ASSERT_NEAR(result->classes[0].f1_threshold, -1);
}

static void no_truth(void **state)
{
    (void)state;
    find(.5f, 0, 0, 100, 100);
    measure();
    ASSERT_NEAR(result->ap, -1);
    ASSERT_NEAR(result->ap50, -1);
    ASSERT_NEAR(result->ar_1, -1);
    ASSERT_NEAR(result->voc, -1);
    ASSERT_NEAR(result->classes[0].ap, -1);
    ASSERT_NEAR(result->classes[0].f1, -1);
    ASSERT_NEAR(result->classes[0].precision[0], -1);
    ASSERT_NEAR(result->ece, .5); /* the data set has the class: it is wrong */
}

static void absent_class(void **state)
{
    (void)state;
    truth(0, 0, 100, 100);
    truth(0, 0, 100, 100)->category = 2; /* a category that the model lacks */
    find(.5f, 0, 0, 100, 100);
    find(.9f, 0, 0, 100, 100)->class_index = 1; /* no truth here, but known */
    find(.9f, 0, 0, 100, 100)->class_index = 2; /* nobody knows */
    measure();
    ASSERT_NEAR(result->ap, 1); /* of class 0 alone */
    assert_true(result->classes[0].evaluated && result->classes[1].evaluated);
    assert_false(result->classes[2].evaluated);
    ASSERT_NEAR(result->classes[1].ap, -1);
    ASSERT_NEAR(result->classes[2].ap, -1);
    assert_int_equal(result->classes[2].truth, 0);
    assert_int_equal(result->calibration[9].count, 1);
}

static void categories_of_one_class(void **state)
{
    (void)state;
    class_of_category[2] = 0;
    truth(0, 0, 100, 100);
    truth(300, 0, 100, 100)->category = 2;
    find(.5f, 0, 0, 100, 100);
    find(.5f, 300, 0, 100, 100);
    measure();
    class_of_category[2] = -1;
    assert_int_equal(result->classes[0].truth, 2);
    ASSERT_NEAR(result->ap, 1);
}

/* 100 objects in a row, the first `count` of them found. */
static void find_of_hundred(int count)
{
    for (int i = 0; i < 100; i++)
        truth(20 * i, 0, 10, 10);
    for (int i = 0; i < count; i++)
        find(.5f, 20 * i, 0, 10, 10);
}

static void recalls(void **state)
{
    (void)state;
    find_of_hundred(30);
    measure();
    ASSERT_NEAR(result->ap50, 31. / 101); /* 0, .01 ... .30 */
    ASSERT_NEAR(result->voc07, 4. / 11);  /* 0, .1, .2, .3 */
    ASSERT_NEAR(result->voc, .3);
    ASSERT_NEAR(result->classes[0].precision[30], 1);
    ASSERT_NEAR(result->classes[0].precision[31], 0);
    ASSERT_NEAR(result->ar_10, .1);
    ASSERT_NEAR(result->ar_100, .3);

    begin(state);
    find_of_hundred(57); /* 57 * .01 is more than 57 / 100, and so it is in pycocotools */
    measure();
    ASSERT_NEAR(result->ap50, 57. / 101);
}

static void falling_precision(void **state)
{
    (void)state;
    truth(0, 0, 100, 100);
    truth(200, 0, 100, 100);
    find(.9f, 400, 0, 100, 100); /* wrong */
    find(.75f, 0, 0, 100, 100);  /* precision 1/2, recall 1/2 */
    find(.5f, 200, 0, 100, 100); /* precision 2/3, recall 1: holds for lower recalls, too */
    find(.25f, 400, 0, 100, 100);
    measure();
    ASSERT_NEAR(result->ap50, 2. / 3);
    ASSERT_NEAR(result->voc, 2. / 3);
    ASSERT_NEAR(result->voc07, 2. / 3);
    ASSERT_NEAR(result->classes[0].f1, 4. / 5);
    ASSERT_NEAR(result->classes[0].f1_threshold, .375);
}

static void best_hundred(void **state)
{
    (void)state;
    truth(0, 0, 100, 100);
    for (int i = 0; i < 100; i++)
        find(.5f, 300, 0, 100, 100);
    find(.25f, 0, 0, 100, 100);
    measure();
    ASSERT_NEAR(result->ap50, 0);
    ASSERT_NEAR(result->voc, 1. / 101); /* VOC takes all */
    assert_int_equal(result->calibration[5].count, 100);
    assert_int_equal(result->calibration[2].count, 0);
}

static void calibration(void **state)
{
    (void)state;
    truth(0, 0, 100, 100);
    truth(200, 0, 100, 100);
    find(1, 0, 0, 100, 100);        /* [.9, 1]: right */
    find(.75f, 200, 0, 100, 100);   /* [.7, .8): right */
    find(.7f, 400, 0, 100, 100);    /* and wrong */
    find(.0625f, 400, 0, 100, 100); /* [0, .1): wrong */
    measure();
    assert_int_equal(result->calibration[9].count, 1);
    assert_int_equal(result->calibration[7].count, 2);
    assert_int_equal(result->calibration[0].count, 1);
    ASSERT_NEAR(result->calibration[7].score, (.75 + (double).7f) / 2);
    ASSERT_NEAR(result->calibration[7].right, .5);
    ASSERT_NEAR(result->calibration[5].score, 0);
    ASSERT_NEAR(result->ece, (1 * 0 + 2 * ((.75 + (double).7f) / 2 - .5) + .0625) / 4);
}

static void fractions(void **state)
{
    (void)state;
    dataset.relative = true;
    truth(.1, .2, .02, .04); /* 20 x 20 of 1000 x 500 pixels */
    find(.5f, 100, 100, 20, 20);
    measure();
    ASSERT_NEAR(result->ap, 1);
    ASSERT_NEAR(result->ap_small, 1);
}

static void pictures_that_are_not_added(void **state)
{
    (void)state;
    truth(0, 0, 100, 100);
    find(.5f, 0, 0, 100, 100);
    next_image();
    truth(0, 0, 100, 100);
    Metrics *metrics = metrics_create(&dataset, class_of_category, CLASSES);
    assert_non_null(metrics);
    assert_int_equal(metrics_add(metrics, 0, 1000, 500, found[0], found_count[0]), 0);
    result = metrics_finish(metrics);
    assert_non_null(result);
    ASSERT_NEAR(result->ar_100, 1);
    assert_int_equal(result->images, 1);
    metrics_result_destroy(result);

    assert_int_equal(metrics_add(metrics, 1, 1000, 500, found[1], found_count[1]), 0);
    result = metrics_finish(metrics); /* once more, of both */
    assert_non_null(result);
    ASSERT_NEAR(result->ar_100, .5);
    metrics_destroy(metrics);
}

static void nothing_at_all(void **state)
{
    (void)state;
    dataset.category_count = 0;
    Metrics *metrics = metrics_create(&dataset, NULL, 0);
    assert_non_null(metrics);
    assert_int_equal(metrics_add(metrics, 0, 1, 1, NULL, 0), 0);
    result = metrics_finish(metrics);
    assert_non_null(result);
    ASSERT_NEAR(result->ap, -1);
    metrics_destroy(metrics);
    metrics_destroy(NULL);
    metrics_result_destroy(NULL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(all_found),
        TEST(thresholds_of_overlap),
        TEST(second_box_on_one_object),
        TEST(equal_scores),
        TEST(equal_scores_of_two_pictures),
        TEST(order_within_a_picture),
        TEST(crowd),
        TEST(object_in_a_crowd),
        TEST(difficult),
        TEST(nearest_object_is_taken),
        TEST(areas),
        TEST(no_detection),
        TEST(no_truth),
        TEST(absent_class),
        TEST(categories_of_one_class),
        TEST(recalls),
        TEST(falling_precision),
        TEST(best_hundred),
        TEST(calibration),
        TEST(fractions),
        TEST(pictures_that_are_not_added),
        TEST(nothing_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
