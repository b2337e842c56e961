/* store_record.c: wheel records in the store.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store/store_parts.h"

bool store_record_load(struct store *s, struct arena *a, const struct sha256 *wheel, struct wheel_record *out, bool *found,
                       struct err *e)
{
	struct store_path path = store_path_record(s, wheel);
	str bytes;
	*found = false;
	if (!store_entry_load(s, a, &path, "wheel record", RECORD_BYTES_MAX, &bytes, found, e)) return false;
	if (!*found) return true;
	struct wheel_record record;
	/* A whole record under the name of another wheel is as damaged as a torn one. */
	*found = record_decode(a, bytes, &record) && sha256_eq(&record.sha256, wheel);
	if (*found)
		*out = record;
	else
		store_damaged(s, &path, "wheel record", "its checksum is wrong");
	return true;
}

bool store_record_save(struct store *s, const struct wheel_record *record, struct err *e)
{
	(void)e; /* what cannot be saved is told, and made again next time */
	struct store_path path = store_path_record(s, &record->sha256);
	struct buf out;
	buf_init(&out, RECORD_BYTES_MAX);
	if (record_encode(record, &out)) store_entry_save(s, &path, buf_str(&out));
	buf_release(&out);
	return true;
}
