#ifndef CIMAGES_ROWS_H
#define CIMAGES_ROWS_H

#include "CImages.h"

// Begins every kind of rows: how to go on with them.
struct cimages_rows {
    cimages_status (*next)(struct cimages_rows *rows, uint8_t *row);
    cimages_status (*finish)(struct cimages_rows *rows);
    void (*close)(struct cimages_rows *rows);
};

#endif
