/** Which devices and containers count, for several rules. */

/** Real disks: what lies above them (device mapper, md, loop) would count a second time. */
export const DISKS = 'device!~"(dm-|md|loop|ram|zram|sr|fd|nbd).*"';

/** Filesystems on disks; the others are in memory, or read-only images, or show another one again. */
export const FILESYSTEMS =
  'fstype!~"tmpfs|devtmpfs|ramfs|rootfs|overlay|squashfs|iso9660|udf|erofs|autofs|fuse[.].*|nsfs|proc|sysfs"';

/** What goes through a bridge, a tunnel or a bond goes through a real device, too. */
export const REAL_NETWORK =
  'device!~"lo|(docker|br-|veth|virbr|vnet|tap|tun|wg|cni|flannel|cali|dummy|ifb|bond|team).*|.+[.][0-9]+"';

/** Containers; other control groups have no name. */
export const NAMED = 'name!=""';

/** Containers that Compose made. Those of jobs have no project, and come and go. */
export const OF_COMPOSE = `${NAMED},container_label_com_docker_compose_project!=""`;
