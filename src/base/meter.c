/* meter.c: drawing the line.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/meter.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define REDRAW_NS  UINT64_C(80000000)
#define PATIENT_NS UINT64_C(150000000) /* what is over before that is never drawn */
#define BAR        24
#define WIDTH_MIN  5
#define CLEAR      "\r\x1b[J" /* the line, and what it became in a window that got narrower */

void meter_begin(struct meter *m, const struct term *term, bool enabled)
{
	*m = (struct meter){ .term = term, .enabled = enabled && term->progress };
	pthread_mutex_init(&m->mutex, NULL);
}

static bool write_all(int fd, str text)
{
	while (text.n > 0) {
		ssize_t wrote = write(fd, text.p, text.n);
		if (wrote < 0 && errno == EINTR) continue;
		if (wrote < 0) return false;
		text = str_from_pos(text, (size_t)wrote);
	}
	return true;
}

static void clear(struct meter *m)
{
	if (m->drawn) write_all(STDERR_FILENO, S(CLEAR));
	m->drawn = false;
}

static void add_bar(struct buf *b, const struct meter *m)
{
	uint64_t done = m->done < m->total ? m->done : m->total;
	unsigned full = (unsigned)((double)done / (double)m->total * BAR);
	buf_add_char(b, '[');
	for (unsigned i = 0; i < BAR; i++) buf_add_char(b, i < full ? '=' : i == full ? '>' : ' ');
	buf_add_str(b, S("] "));
}

static void add_count(struct buf *b, uint64_t n, uint64_t of)
{
	if (of > 0)
		buf_addf(b, "%llu of %llu", (unsigned long long)n, (unsigned long long)of);
	else if (n > 0)
		buf_addf(b, "%llu", (unsigned long long)n);
}

static void add_amounts(struct buf *b, const struct meter *m, uint64_t now)
{
	if (!m->bytes) {
		add_count(b, m->done, m->total);
		return;
	}
	if (m->items > 0) {
		add_count(b, m->items_done < m->items ? m->items_done : m->items, m->items);
		buf_add_str(b, S(", "));
	}
	term_size(b, m->done);
	if (m->total > 0) {
		buf_add_str(b, S(" of "));
		term_size(b, m->total);
	}
	uint64_t ms = (now - m->began_ns) / 1000000;
	if (ms == 0 || m->done == 0) return;
	buf_add_str(b, S(", "));
	term_size(b, (uint64_t)((double)m->done * 1000.0 / (double)ms));
	buf_add_str(b, S("/s"));
}

static void draw(struct meter *m)
{
	uint64_t now = clock_ns();
	if (!m->enabled || !m->active || now - m->began_ns < PATIENT_NS || now - m->drawn_ns < REDRAW_NS) return;
	m->drawn_ns = now;
	unsigned width = term_width(m->term);
	if (width < WIDTH_MIN) {
		clear(m);
		return;
	}
	struct buf line, shown;
	buf_init(&line, 1000);
	buf_init(&shown, 1100);
	if (m->total == 0) buf_addf(&line, "%c ", "|/-\\"[m->turn++ % 4]);
	buf_addf(&line, "%s ", m->title);
	if (m->total > 0) add_bar(&line, m);
	add_amounts(&line, m, now);
	if (m->item[0]) {
		buf_add_str(&line, S("  "));
		term_escape_cut(&line, str_from(m->item), 60);
	}
	buf_add_str(&shown, S("\r"));
	term_escape_cut(&shown, buf_str(&line), width - 1); /* bytes >= columns: never too wide */
	buf_add_str(&shown, S("\x1b[J\r"));
	write_all(STDERR_FILENO, buf_str(&shown));
	m->drawn = true;
	buf_release(&line);
	buf_release(&shown);
}

void meter_phase(struct meter *m, const char *title, uint64_t total, bool bytes)
{
	pthread_mutex_lock(&m->mutex);
	clear(m);
	m->active = true;
	m->title = title;
	m->total = total;
	m->bytes = bytes;
	m->done = m->drawn_ns = m->items = m->items_done = 0;
	m->began_ns = clock_ns();
	m->item[0] = '\0';
	pthread_mutex_unlock(&m->mutex);
}

void meter_items(struct meter *m, uint64_t items)
{
	pthread_mutex_lock(&m->mutex);
	m->items = items;
	pthread_mutex_unlock(&m->mutex);
}

void meter_advance(struct meter *m, uint64_t amount)
{
	pthread_mutex_lock(&m->mutex);
	m->done += amount;
	draw(m);
	pthread_mutex_unlock(&m->mutex);
}

void meter_item(struct meter *m, str name)
{
	pthread_mutex_lock(&m->mutex);
	size_t n = name.n < sizeof m->item - 1 ? name.n : sizeof m->item - 1;
	if (n > 0) memcpy(m->item, name.p, n);
	m->item[n] = '\0';
	m->items_done++;
	draw(m);
	pthread_mutex_unlock(&m->mutex);
}

void meter_done(struct meter *m)
{
	pthread_mutex_lock(&m->mutex);
	clear(m);
	m->active = false;
	pthread_mutex_unlock(&m->mutex);
}

bool meter_print(struct meter *m, int fd, str text)
{
	pthread_mutex_lock(&m->mutex);
	clear(m);
	bool ok = write_all(fd, text);
	int sys = errno;
	pthread_mutex_unlock(&m->mutex);
	errno = sys;
	return ok;
}

void meter_end(struct meter *m)
{
	meter_done(m);
	pthread_mutex_destroy(&m->mutex);
}
