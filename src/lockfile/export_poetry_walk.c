/* export_poetry_walk.c: stub */
#include "lockfile/export_poetry.h"
bool export_poetry_walk(struct export_poetry *p, struct err *e)
{
	(void)p;
	return err_set(e, ERR_USAGE, "export-lock-version", "not yet");
}
