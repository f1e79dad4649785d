# Runs as process 1 of fresh namespaces and becomes systemd: $1 the base folder, $2 an empty folder, $3 a name.
# Every mount is seen here only, and vanishes with the last process.
set -eu
base=$1 machine=$2 name=$3

mount -t tmpfs -o mode=755,size=2g tmpfs "$machine"
mkdir "$machine/upper" "$machine/work" "$machine/root" "$machine/cgroup"
mount -t overlay -o "lowerdir=$base,upperdir=$machine/upper,workdir=$machine/work" overlay "$machine/root"
root=$machine/root

mount -t cgroup2 cgroup2 "$machine/cgroup"
mkdir "$machine/cgroup/$name"
echo $$ > "$machine/cgroup/$name/cgroup.procs"

mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null zero full random urandom tty; do
    touch "$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s pts/ptmx "$root/dev/ptmx"
mkdir "$root/dev/shm"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
ip link set lo up
# What would reach beyond the namespaces.
for unit in systemd-sysctl systemd-modules-load systemd-remount-fs systemd-timesyncd; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit.service"
done

cd "$root"
mkdir -p .outside
exec unshare --cgroup sh -c '
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    pivot_root . .outside
    umount -l /.outside
    rmdir /.outside
    mount --make-rshared /
    exec env -i container=ccd-test PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        /lib/systemd/systemd --unit=basic.target --show-status=no --log-target=journal' </dev/null
