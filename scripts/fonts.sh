#!/bin/sh
# Makes src/web/static/fonts/*.woff2 again: Be Vietnam Pro, regular and semi-bold, cut down to the
# Latin and Vietnamese letters and the punctuation of the four languages. Cyrillic comes from the
# reader's own system; in a PDF there is none, so src/web/pdf/fonts/*.ttf are made too: Noto Sans, with
# the letters of all four languages. Needs npm and python3; the results are committed, so a build needs neither.
set -eu

package=@expo-google-fonts/be-vietnam-pro@0.4.1
here=$(cd "$(dirname "$0")/.." && pwd)
fonts=$here/src/web/static/fonts
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# ASCII; Latin-1 letters and the signs in use; Vietnamese and French letters; combining tone marks, so
# that decomposed input looks right too; quotation marks, dashes, spaces, dong and euro, arrows, minus.
letters=U+0020-007E,U+00A0,U+00A7,U+00A9,U+00AB,U+00AD,U+00B0,U+00B7,U+00BB,U+00BF-00FF
letters=$letters,U+0102-0103,U+0110-0111,U+0128-0129,U+0152-0153,U+0168-0169,U+0178,U+01A0-01A1,U+01AF-01B0
letters=$letters,U+0300-0301,U+0303,U+0309,U+0323,U+1EA0-1EF9
letters=$letters,U+2009,U+2010-2014,U+2018-201A,U+201C-201E,U+2020,U+2022,U+2026,U+202F,U+2039-203A
letters=$letters,U+20AB,U+20AC,U+2190-2193,U+2212

python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet fonttools==4.68.0 brotli==1.2.1
(cd "$work" && npm install --silent --ignore-scripts --no-audit --no-fund "$package")
source=$work/node_modules/${package%@*}

for weight in 400Regular 600SemiBold; do
    target=$fonts/be-vietnam-pro-$(printf %.3s "$weight").woff2
    "$work/python/bin/pyftsubset" "$source/$weight/BeVietnamPro_$weight.ttf" \
        --unicodes="$letters" --layout-features=kern,mark,mkmk,ccmp,locl,liga \
        --flavor=woff2 --no-hinting --name-IDs=0,1,2,3,4,5,6,13,14 --output-file="$target"
done
cp "$source/LICENSE_FONT" "$fonts/OFL.txt"

package=@expo-google-fonts/noto-sans@0.4.2
pdf=$here/src/web/pdf/fonts
# As above, and every letter of Latin and Cyrillic: names of foreign residents.
letters=U+0020-007E,U+00A0-024F,U+0300-0304,U+0306-030C,U+0309,U+031B,U+0323,U+0327-0328,U+0400-045F,U+0490-0493,U+04AE-04AF,U+04E8-04E9
letters=$letters,U+1E00-1EFF,U+2009,U+2010-2015,U+2018-201E,U+2020,U+2022,U+2026,U+202F,U+2039-203A,U+20AB,U+20AC,U+2116,U+2212,U+25A1
mkdir -p "$pdf"
(cd "$work" && npm install --silent --ignore-scripts --no-audit --no-fund "$package")
source=$work/node_modules/${package%@*}
for weight in 400Regular 600SemiBold; do
    "$work/python/bin/pyftsubset" "$source/$weight/NotoSans_$weight.ttf" \
        --unicodes="$letters" --layout-features=kern,mark,mkmk,ccmp,locl \
        --no-hinting --desubroutinize --name-IDs=0,1,2,3,4,5,6,13,14 --output-file="$pdf/noto-sans-$(printf %.3s "$weight").ttf"
done
cp "$source/LICENSE_FONT" "$pdf/OFL.txt"
ls -l "$fonts" "$pdf"
