# Sourced by `run`: a Vulkan loader where there is none, and the driver's manifest where the loader does not look for it.
# shellcheck shell=bash disable=SC2154

# True if the system's linker finds library $1.
installed() {
    [[ $(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null) == *"$1 "* ]]
}

# Takes from the packages that were carried what this system has not: an older library must not stand before its own.
unpack_loader() {
    local deb library folder root=$here/loader/root
    for deb in "$here"/loader/*.deb; do
        if [[ -f $deb ]] && command -v dpkg-deb >/dev/null; then
            dpkg-deb -x "$deb" "$root"
        fi
    done
    while IFS= read -r library; do
        if installed "${library##*/}"; then
            rm -f "$library"
            continue
        fi
        folder=${library%/*}
        if [[ :${LD_LIBRARY_PATH:-}: != *:$folder:* ]]; then
            export LD_LIBRARY_PATH=$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
        fi
        say "vulkan: ${library##*/} is the one that was carried"
    done < <([[ ! -d $root ]] || find "$root" -name 'lib*.so.*' -type l)
    if ! installed libvulkan.so.1 && [[ -z $(find "$here/loader" -name libvulkan.so.1 2>/dev/null) ]]; then
        say "vulkan: there is no loader, and none was carried: see prepare --loader"
    fi
}

use_driver() {
    # Loaders before 1.3.207 know the second name only.
    export VK_DRIVER_FILES=$1 VK_ICD_FILENAMES=$1
    say "vulkan: the driver of $1"
}

find_driver() {
    local folder manifest
    if [[ -n ${VK_DRIVER_FILES:-${VK_ICD_FILENAMES:-}} ]]; then
        return 0
    fi
    for folder in /etc /usr/local/etc /usr/share /usr/local/share "${XDG_DATA_HOME:-$HOME/.local/share}"; do
        if compgen -G "$folder/vulkan/icd.d/nvidia*.json" >/dev/null; then
            return 0
        fi
    done
    for manifest in /usr/local/nvidia/share/vulkan/icd.d/nvidia*.json /usr/local/nvidia/vulkan/icd.d/nvidia*.json \
        /run/nvidia/driver/usr/share/vulkan/icd.d/nvidia*.json /opt/nvidia/share/vulkan/icd.d/nvidia*.json; do
        if [[ -f $manifest ]]; then
            use_driver "$manifest"
            return 0
        fi
    done
    # The driver is there, and nothing says so.
    if installed libGLX_nvidia.so.0; then
        manifest=$record/nvidia_icd.json
        printf '{"file_format_version": "1.0.0", "ICD": {"library_path": "libGLX_nvidia.so.0", "api_version": "1.3.0"}}\n' >"$manifest"
        use_driver "$manifest"
    fi
}
