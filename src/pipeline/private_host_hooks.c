/* private_host_hooks.c: calls the backend's hooks (PEP 517), each in a fresh process.
 * SPDX-License-Identifier: Apache-2.0
 *
 * Standard output and error are the project's to write to, so the answer comes back in a file: words between NULs, the first of which
 * tells whether the hook is there. */
#include <string.h>

#include "pipeline/private_host_parts.h"

#define ANSWER_MAX ((size_t)16 << 20)
#define LINES_TOLD 12

/* Isolated (-I): neither the current folder nor anything of the user is on sys.path; the environment's site is.
 * Backends write a path dependency as the address of a folder here: beside the copy that is about to be removed, another one each time.
 * It becomes what the native rules write (PEP 508 has no relative form, and none that would mean anything elsewhere): "file:../lib". */
static const char program[] =
    "import importlib, os, sys\n"
    "def settle(text):\n"
    "    import re, urllib.parse\n"
    "    here, top = os.path.realpath('.'), os.path.dirname(os.path.realpath(place))\n"
    "    def relative(match):\n"
    "        path = urllib.parse.unquote_to_bytes(match[2])\n"
    "        if not (path + b'/').startswith(os.fsencode(top) + b'/'):\n"
    "            return match[0]\n"
    "        path = os.path.relpath(path, os.fsencode(here))\n"
    "        return match[1] + b'file:' + urllib.parse.quote(path, safe=\"/~!$&'()*+,;=:@\").encode()\n"
    "    head, end, body = text.partition(b'\\n\\n')\n"
    "    return re.sub(rb'(?m)^(Requires-Dist: [^;\\n]*@ *)file://(/[^ ;\\r\\n]*)', relative, head) + end + body\n"
    "def settle_wheel(path):\n"
    "    import base64, hashlib, zipfile\n"
    "    with zipfile.ZipFile(path) as wheel:\n"
    "        names = [info.filename for info in wheel.infolist() if info.filename.count('/') == 1]\n"
    "        name, record = ([n for n in names if n.endswith('.dist-info/' + end)] for end in ('METADATA', 'RECORD'))\n"
    "        text = settle(wheel.read(name[0])) if len(name) == 1 and len(record) == 1 else None\n"
    "        if text is None or text == wheel.read(name[0]):\n"
    "            return\n"
    "        files = {info: wheel.read(info) for info in wheel.infolist()}\n"
    "    row = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b'=').decode()\n"
    "    row = (name[0] + ',sha256=' + row + ',' + str(len(text))).encode()\n"
    "    with zipfile.ZipFile(path + '.new', 'w') as wheel:\n"
    "        for info, content in files.items():\n"
    "            if info.filename == record[0]:\n"
    "                rows = content.splitlines()\n"
    "                content = b''.join((row if r.startswith(name[0].encode() + b',') else r) + b'\\n' for r in rows)\n"
    "            wheel.writestr(info, text if info.filename == name[0] else content)\n"
    "    os.replace(path + '.new', path)\n"
    "hook, name, answer, place, *paths = sys.argv[1:]\n"
    "sys.path[:0] = [os.path.abspath(p) for p in paths]\n"
    "module, _, attributes = name.partition(':')\n"
    "backend = importlib.import_module(module)\n"
    "home = os.path.realpath(getattr(backend, '__file__', None) or '.')\n"
    "if paths and not any(os.path.commonpath([home, p]) == p for p in map(os.path.realpath, paths)):\n"
    "    sys.exit('the backend ' + module + ' was not found in backend-path, but in ' + home)\n"
    "for attribute in filter(None, attributes.split('.')):\n"
    "    backend = getattr(backend, attribute)\n"
    "folder = os.getcwd()\n"
    "call = getattr(backend, hook, None)\n"
    "if call is None:\n"
    "    words = ['absent']\n"
    "elif hook == 'get_requires_for_build_wheel':\n"
    "    words = ['given', *call()]\n"
    "else:\n"
    "    words = ['given', call(place)]\n"
    "    os.chdir(folder)\n"
    "    made = os.path.join(place, words[1]) if isinstance(words[1], str) and os.path.basename(words[1]) == words[1] else ''\n"
    "    if hook == 'build_wheel' and os.path.isfile(made) and not os.path.islink(made):\n"
    "        try:\n"
    "            settle_wheel(made)\n"
    "        except Exception:\n" /* What is wrong with the wheel is told by who judges it. */
    "            pass\n"
    "    elif made and os.path.isfile(os.path.join(made, 'METADATA')):\n"
    "        with open(os.path.join(made, 'METADATA'), 'rb+') as file:\n"
    "            text = settle(file.read())\n"
    "            file.seek(0)\n"
    "            file.write(text)\n"
    "            file.truncate()\n"
    "with open(answer, 'w', encoding='utf-8', newline='') as file:\n"
    "    file.write('\\0'.join(words))\n";

/* Colours and cursors of terminals go, of a line that was written over the last state stays, and what is no UTF-8 becomes "?". */
static str plain(struct arena *a, str said)
{
	struct buf b;
	size_t line = 0;
	buf_init(&b, 2 * HOST_TAIL_MAX);
	for (size_t i = 0; i < said.n;) {
		uint32_t c;
		size_t at = i;
		if (said.p[i] == '\033') {
			i += str_at(said, i + 1) == '[' ? 2 : 1;
			while (i < said.n && i - at > 1 && !(said.p[i] >= '@' && said.p[i] <= '~')) i++;
			i++;
		} else if (said.p[i] == '\r' && str_at(said, i + 1) != '\n') {
			b.n = line;
			i++;
		} else if (utf8_next(said, &i, &c)) {
			if (c != '\r') buf_add(&b, said.p + at, i - at);
			if (c == '\n') line = b.n;
		} else {
			buf_add_char(&b, '?');
			i++;
		}
	}
	str out = buf_take(&b, a);
	buf_release(&b);
	return out;
}

static void log_lines(struct host_build *b, const char *hook, str said)
{
	const struct private_means *m = b->options->means;
	str line;
	while (m->log && str_line(&said, &line)) m->log(m->log_context, arena_fmt(b->a, "%s: " STR_FMT, hook, STR_ARG(line)).p);
}

static str line_before(str *text)
{
	size_t end = str_rchr(*text, '\n');
	str line = end == STR_NONE ? *text : str_from_pos(*text, end + 1);
	*text = end == STR_NONE ? (str){ 0 } : str_slice(*text, 0, end);
	return str_trim(line).n ? line : (str){ 0 };
}

/* The end of what it said tells most: of a traceback its last line. */
static str last_lines(struct arena *a, str said)
{
	str out = { 0 };
	size_t n = 0;
	while (said.n && n < LINES_TOLD) {
		str line = line_before(&said);
		if (line.n == 0) continue;
		if (out.n + line.n > 700 && out.n) break;
		if (line.n > 300) line = arena_fmt(a, STR_FMT "...", STR_ARG(str_slice(line, 0, 300)));
		out = out.n ? arena_fmt(a, STR_FMT "\n" STR_FMT, STR_ARG(line), STR_ARG(out)) : line;
		n++;
	}
	return out;
}

static bool failed(struct host_build *b, const char *hook, const struct host_process *p)
{
	str module = str_slice(b->backend, 0, str_chr(b->backend, ':') == STR_NONE ? b->backend.n : str_chr(b->backend, ':'));
	str said = last_lines(b->a, p->said);
	if (p->status > 128)
		err_set(b->e, ERR_FORMAT, "host-build-failed", "the build of `" STR_FMT "` by " STR_FMT " was ended by signal %d (%s)",
		        STR_ARG(b->called), STR_ARG(module), p->status - 128, hook);
	else
		err_set(b->e, ERR_FORMAT, "host-build-failed", "the build of `" STR_FMT "` by " STR_FMT " failed with status %d (%s)",
		        STR_ARG(b->called), STR_ARG(module), p->status, hook);
	err_where(b->e, STR_FMT, STR_ARG(b->tree->tree.where));
	err_why(b->e, STR_FMT, STR_ARG(said.n ? said : S("it said nothing")));
	/* The two that everybody meets. */
	if (str_contains(p->said, S("Python.h: No such file")))
		return err_help(
		    b->e,
		    "install the headers of that Python (python3.%d-dev, python3.%d-devel), or name one that has them: LAMINA_PYTHON",
		    b->python.target.python_minor, b->python.target.python_minor);
	if (str_contains(p->said, S("command 'cc' failed: No such")) || str_contains(p->said, S("command 'gcc' failed: No such")) ||
	    str_contains(p->said, S("gcc' failed: No such file")))
		return err_help(b->e, "install a C compiler, or build its wheel elsewhere and name it");
	return err_help(b->e, "-vv shows all that the backend says");
}

/* *given: the hook is there; words: what it answered. */
static bool call(struct host_build *b, const char *hook, str place, bool *given, struct str_list *words)
{
	struct arena *a = b->a;
	str text, word, answer = arena_fmt(a, STR_FMT "/%s", STR_ARG(b->scratch.path), hook),
	                temporary = path_join(a, b->scratch.path, S("tmp"));
	struct host_process p = { .folder = b->copy, .cancel = b->options->cancel };
	const str arguments[] = { path_join(a, b->environment, S("bin/python")),
		                      S("-I"),
		                      S("-c"),
		                      str_from(program),
		                      str_from(hook),
		                      b->backend,
		                      answer,
		                      place };
	for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) *vec_push(a, &p.words) = arguments[i];
	for (size_t i = 0; i < b->path.n; i++) *vec_push(a, &p.words) = path_join(a, b->copy, b->path.p[i]);
	p.variables = host_variables(a, b->options->means->env, b->environment, temporary);
	*words = (struct str_list){ 0 };
	if (!io_mkdirs(temporary.p, b->e) || !io_unlink(answer.p, b->e) || !host_run(a, &p, b->e)) return false;
	struct io_stat st = { 0 };
	p.said = plain(a, p.said);
	log_lines(b, hook, p.said);
	if (p.status != 0 || !io_stat(answer.p, &st, b->e) || !st.exists) return failed(b, hook, &p);
	if (!io_read_file(a, answer.p, ANSWER_MAX, &text, b->e)) return false;
	bool more = str_cut(text, '\0', &word, &text);
	*given = str_eq(word, S("given"));
	while (more) {
		more = str_cut(text, '\0', &word, &text);
		*vec_push(a, words) = word;
	}
	return true;
}

bool host_requires(struct host_build *b, struct str_list *out)
{
	bool given;
	return call(b, "get_requires_for_build_wheel", (str){ 0 }, &given, out);
}

static bool wrong_answer(struct host_build *b, const char *hook, const char *why)
{
	err_set(b->e, ERR_FORMAT, "host-build-wheel", "the backend of `" STR_FMT "` gave no %s", STR_ARG(b->called),
	        strcmp(hook, "build_wheel") == 0 ? "wheel" : "metadata");
	err_where(b->e, STR_FMT, STR_ARG(b->tree->tree.where));
	return err_why(b->e, "%s %s", hook, why);
}

static bool is_plain_name(const struct str_list *words)
{
	return words->n == 1 && words->p[0].n && str_chr(words->p[0], '/') == STR_NONE && !str_eq(words->p[0], S("..")) &&
	       !str_eq(words->p[0], S("."));
}

/* An empty folder for the answer. */
static bool make_place(struct host_build *b, const char *name, str *out)
{
	*out = path_join(b->a, b->scratch.path, str_from(name));
	return io_remove_tree(out->p, b->e) && io_mkdirs(out->p, b->e);
}

bool host_build_wheel(struct host_build *b, str *file)
{
	struct str_list words;
	struct io_stat st = { 0 };
	bool given;
	str place;
	if (!make_place(b, "wheel", &place) || !call(b, "build_wheel", place, &given, &words)) return false;
	if (!given) return wrong_answer(b, "build_wheel", "is not there");
	if (!is_plain_name(&words)) return wrong_answer(b, "build_wheel", "answered with no file name");
	*file = path_join(b->a, place, words.p[0]);
	if (!io_lstat(arena_cstr(b->a, *file), &st, b->e)) return false;
	return st.is_regular || wrong_answer(b, "build_wheel", "named a file that it did not make");
}

bool host_prepare_metadata(struct host_build *b, str *text)
{
	struct str_list words;
	bool given;
	str place;
	*text = (str){ 0 };
	if (!make_place(b, "metadata", &place) || !call(b, "prepare_metadata_for_build_wheel", place, &given, &words)) return false;
	if (!given) return true;
	if (!is_plain_name(&words)) return wrong_answer(b, "prepare_metadata_for_build_wheel", "answered with no folder's name");
	str path = arena_fmt(b->a, STR_FMT "/" STR_FMT "/METADATA", STR_ARG(place), STR_ARG(words.p[0]));
	return io_read_file(b->a, path.p, (size_t)4 << 20, text, b->e);
}
