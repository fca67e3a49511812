#include "rows.h"

cimages_status cimages_next_row(cimages_rows *rows, uint8_t *row) { return rows->next(rows, row); }

cimages_status cimages_finish(cimages_rows *rows) { return rows->finish(rows); }

void cimages_close(cimages_rows *rows) { rows->close(rows); }
