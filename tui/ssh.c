#include "ssh.h"

#include "json.h"
#include "live.h"
#include "xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PREFIX       "pytui-ssh-" /* of directories, before the process that made it */
#define PROGRAMS_MAX 32
#define ANSWER_MAX   ((size_t)256 << 10) /* bytes of the list */
#define TICK         20                  /* ms */
#define STATUS_SSH   255                 /* it failed itself */
#define STATUS_NONE  127                 /* there is no such command */

/* For any login shell. What is not on the PATH of a shell that is not interactive is looked for where pip puts it. */
static const char list_command[] =
    "sh -c 'PATH=$PATH:$HOME/.local/bin; command -v pytui >/dev/null 2>&1 && exec pytui ls --json; "
    "python3 -c \"import pytui\" >/dev/null 2>&1 && exec python3 -m pytui ls --json; exit 127'";

struct ssh {
    pid_t process;
    char directory[64];
    size_t count; /* of sockets in it, by number */
    char words[200];
};

bool ssh_split(const char *word, char host[SSH_HOST_SIZE], const char **name, char *error, size_t size)
{
    const char *begin = word + strlen("ssh:"), *end = begin[0] == '[' ? strchr(begin, ']') : strchr(begin, ':');
    const char *after = !end ? begin + strlen(begin) : *end == ']' ? end + 1 : end;
    begin += begin[0] == '[' && end;
    end = end ? end : after;
    bool ok = *begin != '[' && end > begin && end - begin < SSH_HOST_SIZE && *begin != '-' &&
              (*after == ':' || *after == '\0');
    for (const char *at = begin; at < end; at++)
        ok = ok && (unsigned char)*at > ' ' && *at != 0x7f;
    if (!ok) {
        snprintf(error, size, "%.300s: not an address; ssh:HOST and ssh:HOST:NAME are", word);
        return false;
    }
    snprintf(host, SSH_HOST_SIZE, "%.*s", (int)(end - begin), begin);
    *name = *after == ':' ? after + 1 : "";
    return true;
}

/* Running it */

static void become_ssh(char *const *words, int output, int errors)
{
    sigset_t none;
    int null = open("/dev/null", O_RDWR);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* whoever is killed takes it along */
    dup2(null, STDIN_FILENO);
    dup2(output >= 0 ? output : null, STDOUT_FILENO);
    if (errors >= 0)
        dup2(errors, STDERR_FILENO);
    execvp(words[0], words);
    dprintf(STDERR_FILENO, "pytui: ssh: %s\n", strerror(errno));
    _exit(STATUS_SSH);
}

/* OUTPUT and ERRORS become its streams; -1: /dev/null, and the user's terminal. */
static pid_t start(char *const *words, int output, int errors)
{
    fflush(NULL);
    pid_t process = fork();
    if (process == 0)
        become_ssh(words, output, errors);
    return process;
}

static int wait_for_end(pid_t process)
{
    int status = -1;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SSH;
}

/* The list */

struct taking {
    struct live_list *list;
    size_t capacity;
};

static void take_field(void *data, size_t object, const char *key, const struct json_value *value)
{
    struct taking *taking = data;
    struct live_list *list = taking->list;
    while (list->count <= object) {
        xgrow(&list->programs, &taking->capacity, list->count + 1, sizeof *list->programs);
        list->programs[list->count++] = (struct live_program){.age = -1, .rank = -1, .elsewhere = true};
    }
    struct live_program *program = &list->programs[object];
    const struct {
        const char *key;
        char **text;
    } texts[] = {
        {"name", &program->name},     {"state", &program->state},           {"commandLine", &program->command},
        {"python", &program->python}, {"executable", &program->executable}, {"script", &program->script},
        {"job", &program->job},       {"address", &program->address},       {"listens", &program->listens},
    };
    const struct {
        const char *key;
        int64_t *number;
    } numbers[] = {{"pid", &program->pid}, {"age", &program->age}, {"rank", &program->rank}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts && value->type == JSON_STRING; i++)
        if (strcmp(key, texts[i].key) == 0 && !*texts[i].text)
            *texts[i].text = xstrdup(value->text);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && value->type == JSON_NUMBER; i++)
        if (strcmp(key, numbers[i].key) == 0)
            *numbers[i].number = value->number;
    if (value->type == JSON_BOOL && strcmp(key, "attached") == 0)
        program->attached = value->truth;
}

/* A path that ssh takes as it is: it reads colons, percent signs and more in it. */
static bool is_plain_socket(const char *address)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+@,=";
    return address && strncmp(address, "unix:/", 6) == 0 && address[5 + strspn(address + 5, plain)] == '\0';
}

/* Those that can be attached to. */
static void keep_whole(struct live_list *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct live_program *program = &list->programs[i];
        if (!program->name || !program->state || !program->command || !is_plain_socket(program->address)) {
            live_program_finish(program);
            continue;
        }
        if (program->script && access(program->script, R_OK) != 0) { /* it comes from the program */
            free(program->script);
            program->script = NULL;
        }
        list->programs[kept++] = *program;
    }
    list->count = kept;
}

/* All that comes, as text; what is too much is not read. */
static char *read_all(int fd)
{
    char *text = xcalloc(ANSWER_MAX + 1, 1);
    size_t length = 0;
    ssize_t got;
    while (length < ANSWER_MAX && (got = read(fd, text + length, ANSWER_MAX - length)) != 0) {
        if (got < 0 && errno != EINTR)
            break;
        length += got > 0 ? (size_t)got : 0;
    }
    return text;
}

/* The list in what came: start-up files of shells may write before it. */
static const char *find_list(const char *text)
{
    const char *at = text;
    while (*at != '[' && (at = strchr(at, '\n')))
        at++;
    return at ? at : "";
}

bool ssh_list(const char *host, struct live_list *list, char *error, size_t size)
{
    char *words[] = {"ssh", "-T", "-o", "RemoteCommand=none", "--", (char *)host, (char *)list_command, NULL};
    int ends[2];
    *list = (struct live_list){0};
    if (pipe2(ends, O_CLOEXEC) < 0) {
        snprintf(error, size, "ssh:%s: %s", host, strerror(errno));
        return false;
    }
    pid_t process = start(words, ends[1], -1);
    close(ends[1]);
    char *text = read_all(ends[0]);
    close(ends[0]); /* one that says too much is at its end with that */
    int status = process > 0 ? wait_for_end(process) : STATUS_SSH;
    struct taking taking = {.list = list};
    bool ok = status == 0 && json_read(find_list(text), take_field, &taking);
    if (status == STATUS_SSH)
        snprintf(error, size, "ssh:%s: ssh failed", host);
    else if (status == STATUS_NONE)
        snprintf(error, size, "ssh:%s: there is no pytui, on the PATH that ssh gives, nor for its python3", host);
    else if (!ok)
        snprintf(error, size, "ssh:%s: pytui ls --json failed there, or is not understood (status %d)", host, status);
    free(text);
    if (ok)
        keep_whole(list);
    else
        live_finish(list);
    return ok;
}

/* Forwarding */

static void socket_path(const struct ssh *ssh, size_t number, char out[96])
{
    snprintf(out, 96, "%s/%zu", ssh->directory, number);
}

static void error_path(const struct ssh *ssh, char out[96])
{
    snprintf(out, 96, "%s/said", ssh->directory);
}

static pid_t start_forwarding(const struct ssh *ssh, const char *host, const struct live_list *list)
{
    char *words[2 * PROGRAMS_MAX + 16] = {"ssh", "-N", "-T", "-o", "RemoteCommand=none", "-o", "ControlPath=none"};
    char path[96];
    size_t count = 7, first = count;
    for (size_t i = 0; i < ssh->count; i++) {
        socket_path(ssh, i, path);
        words[count++] = xstrdup("-L");
        words[count++] = xasprintf("%s:%s", path, list->programs[i].address + strlen("unix:"));
    }
    size_t end = count;
    words[count++] = "--";
    words[count] = (char *)host;
    error_path(ssh, path);
    int errors = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND, 0600);
    pid_t process = errors >= 0 ? start(words, -1, errors) : -1;
    for (size_t i = first; i < end; i++)
        free(words[i]);
    if (errors >= 0)
        close(errors);
    return process;
}

static bool accepts(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

/* ssh makes them one after the other, once the other side let it in. */
static bool all_are_there(const struct ssh *ssh)
{
    char path[96];
    for (size_t i = 0; i < ssh->count; i++) {
        socket_path(ssh, i, path);
        if (access(path, F_OK) != 0)
            return false;
    }
    socket_path(ssh, ssh->count - 1, path);
    return accepts(path);
}

/* As long as it takes the user to type a password. A signal that came meanwhile, which is blocked: its number; 0: they
 * are there; -1: it has ended. */
static int wait_for_sockets(struct ssh *ssh, const sigset_t *signals)
{
    const struct timespec tick = {.tv_nsec = TICK * 1000000L};
    while (!all_are_there(ssh)) {
        if (waitpid(ssh->process, NULL, WNOHANG) == ssh->process) {
            ssh->process = 0;
            return -1;
        }
        int number = sigtimedwait(signals, NULL, &tick);
        if (number > 0)
            return number;
    }
    return 0;
}

/* All that is outside of this process. */
static void clean(struct ssh *ssh)
{
    char path[96];
    if (ssh->process > 0) {
        kill(ssh->process, SIGTERM);
        waitpid(ssh->process, NULL, 0); /* but where the supervisor is its parent */
    }
    for (size_t i = 0; i < ssh->count; i++) {
        socket_path(ssh, i, path);
        unlink(path);
    }
    error_path(ssh, path);
    unlink(path);
    rmdir(ssh->directory);
    ssh->process = 0;
}

/* Those that end pytui, but for what it was started to ignore. */
static void find_signals(sigset_t *signals)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    sigemptyset(signals);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction action;
        if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler == SIG_DFL)
            sigaddset(signals, numbers[i]);
    }
}

/* With the signals that end pytui held back: the directory is to be removed then. */
static bool forward(struct ssh *ssh, const char *host, const struct live_list *list)
{
    sigset_t signals, before;
    find_signals(&signals);
    sigprocmask(SIG_BLOCK, &signals, &before);
    ssh->process = start_forwarding(ssh, host, list);
    int result = ssh->process > 0 ? wait_for_sockets(ssh, &signals) : -1;
    if (result > 0) {
        clean(ssh);
        raise(result); /* ends this process as soon as it is let in */
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return result == 0;
}

/* Directories of ours that pytui could not remove, being killed: their process is gone, and nobody accepts in them. */
static void remove_stale(void)
{
    DIR *entries = opendir("/tmp");
    for (struct dirent *entry; entries && (entry = readdir(entries));) {
        struct ssh stale = {.count = PROGRAMS_MAX};
        struct stat status;
        char first[96];
        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0 || strlen(entry->d_name) > 40)
            continue;
        snprintf(stale.directory, sizeof stale.directory, "/tmp/%.40s", entry->d_name);
        long process = strtol(entry->d_name + strlen(PREFIX), NULL, 10);
        socket_path(&stale, 0, first);
        if (lstat(stale.directory, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
            process > 0 && kill((pid_t)process, 0) < 0 && errno == ESRCH && !accepts(first))
            clean(&stale);
    }
    if (entries)
        closedir(entries);
}

struct ssh *ssh_forward(const char *host, struct live_list *list, char *error, size_t size)
{
    struct ssh *ssh = xcalloc(1, sizeof *ssh);
    char path[96];
    remove_stale();
    snprintf(ssh->directory, sizeof ssh->directory, "/tmp/" PREFIX "%ld-XXXXXX", (long)getpid());
    ssh->count = list->count < PROGRAMS_MAX ? list->count : PROGRAMS_MAX;
    while (list->count > ssh->count)
        live_program_finish(&list->programs[--list->count]);
    if (!mkdtemp(ssh->directory)) { /* mode 0700 */
        snprintf(error, size, "ssh:%s: %s: %s", host, ssh->directory, strerror(errno));
        free(ssh);
        return NULL;
    }
    if (!forward(ssh, host, list)) {
        snprintf(error, size, "ssh:%s: ssh failed%s", host, ssh_last_words(ssh));
        ssh_destroy(ssh);
        return NULL;
    }
    for (size_t i = 0; i < list->count; i++) {
        socket_path(ssh, i, path);
        free(list->programs[i].address);
        list->programs[i].address = xasprintf("unix:%s", path);
    }
    return ssh;
}

const char *ssh_last_words(struct ssh *ssh)
{
    char path[96], line[sizeof ssh->words - 2];
    ssh->words[0] = '\0';
    error_path(ssh, path);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0])
            snprintf(ssh->words, sizeof ssh->words, ": %s", line);
    }
    if (file)
        fclose(file);
    return ssh->words;
}

void ssh_destroy(struct ssh *ssh)
{
    if (ssh)
        clean(ssh);
    free(ssh);
}
