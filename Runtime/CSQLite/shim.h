#include <sqlite3.h>

/* These two are variadic, which Swift can't call. */

/* Statistics take a global lock on every allocation. */
static inline int csqlite_disable_memory_statistics(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }

/* The log of a database that is thrown away need not be copied into it. */
static inline int csqlite_disable_checkpoint_on_close(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
