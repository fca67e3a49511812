#include "CAmazonLinux.h"

#include <math.h>

// Swift's own C library module refers to hypotf, of which glibc has a new version since 2.35; Amazon Linux 2023 has 2.34,
// and an executable that asks for the new one does not start there. In double precision nothing overflows or is lost.
float hypotf(float x, float y) {
    if (isinf(x) || isinf(y)) return INFINITY;
    return (float)sqrt((double)x * x + (double)y * y);
}
