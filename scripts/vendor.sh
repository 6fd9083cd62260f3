#!/bin/sh
# Copies the browser libraries of package-lock.json to lms/static/vendor, what only tests use to tests/browser/vendor,
# and makes the sprite of the icons we use.
set -eu
cd "$(dirname "$0")/.."
npm ci --silent --no-audit --no-fund
to=lms/static/vendor
rm -rf "$to"
mkdir -p "$to"
cp node_modules/bootstrap/dist/css/bootstrap.min.css node_modules/bootstrap/dist/js/bootstrap.bundle.min.js "$to"
cp node_modules/htmx.org/dist/htmx.min.js node_modules/quill/dist/quill.js node_modules/quill/dist/quill.snow.css "$to"
cp node_modules/sortablejs/Sortable.min.js node_modules/chart.js/dist/chart.umd.min.js "$to"
cp node_modules/scorm-again/dist/scorm12.min.js node_modules/scorm-again/dist/scorm2004.min.js "$to"
cp node_modules/swagger-ui-dist/swagger-ui.css node_modules/swagger-ui-dist/swagger-ui-bundle.js "$to"
sed -i '/sourceMappingURL/d' "$to"/*.css "$to"/*.js
for package in bootstrap bootstrap-icons chart.js htmx.org quill scorm-again sortablejs swagger-ui-dist; do
    cp node_modules/$package/LICENSE* "$to/$package.LICENSE"
done
mkdir -p tests/browser/vendor
cp node_modules/axe-core/axe.min.js tests/browser/vendor
cp node_modules/axe-core/LICENSE tests/browser/vendor/axe-core.LICENSE
{
    echo '<svg xmlns="http://www.w3.org/2000/svg">'
    while read -r name; do
        sed -e "s/<svg[^>]*viewBox=\"\([^\"]*\)\"[^>]*>/<symbol id=\"$name\" viewBox=\"\1\">/" -e 's/<\/svg>/<\/symbol>/' \
            "node_modules/bootstrap-icons/icons/$name.svg"
    done <scripts/icons.txt
    echo '</svg>'
} >lms/static/icons.svg
