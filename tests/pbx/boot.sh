# Runs as process 1 of the instance's namespaces: $1 the root folder, $2 the instance's folder, $3 sounds to add.
# Mounts are seen here only and vanish with the last process. The test process holds our standard input:
# when it is gone, however it went, everything in here is killed.
set -eu
root=$1 instance=$2 sounds=$3

mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t overlay -o "ro,lowerdir=$sounds:$root/usr/share/asterisk/sounds" overlay "$root/usr/share/asterisk/sounds"
mount --bind "$instance/etc" "$root/etc/asterisk"
mount --bind "$instance/lib" "$root/var/lib/asterisk"
mount --bind "$instance/log" "$root/var/log/asterisk"
mount --bind "$instance/spool" "$root/var/spool/asterisk"
mkdir -p "$root/run/asterisk" "$root/tmp/sipp"
chown --reference="$instance" "$root/run/asterisk"

exec 3<&0
(cat <&3 >/dev/null; kill -KILL -1) &
LANG=C.UTF-8 chroot "$root" asterisk -f -U asterisk -G asterisk </dev/null
