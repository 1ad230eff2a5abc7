/**
 * What the table does not have: a pattern of the old path and the new one. They are written so that Lua's own patterns can say the
 * same; those are the third column.
 */
export const rules: readonly (readonly [pattern: RegExp, target: string, lua: string])[] = [
  [/^\/(\d\d\d\d)\/(\d\d)\/([^/]+)$/, "/blog/$3", "^/(%d%d%d%d)/(%d%d)/([^/]+)$"],
  [/^\/news\/(\d+)\.html$/, "/archive/$1/", "^/news/(%d+)%.html$"],
  [/^\/forum\/topic-(\d+)-page-(\d+)$/, "/talk/$1?page=$2", "^/forum/topic%-(%d+)%-page%-(%d+)$"],
  [/^\/forum\/topic-(\d+)$/, "/talk/$1", "^/forum/topic%-(%d+)$"],
  [/^\/users\/([a-z0-9_]+)\/profile$/, "/people/$1", "^/users/([a-z0-9_]+)/profile$"],
  [/^\/users\/([a-z0-9_]+)\/photos\/(\d+)$/, "/people/$1/album#$2", "^/users/([a-z0-9_]+)/photos/(%d+)$"],
  [/^\/shop\/item(\d+)\.php$/, "/store/$1", "^/shop/item(%d+)%.php$"],
  [/^\/shop\/category\/([a-z-]+)$/, "/store/all-$1", "^/shop/category/([a-z-]+)$"],
  [/^\/download\/v(\d+)\.(\d+)$/, "/releases/$1/$2", "^/download/v(%d+)%.(%d+)$"],
  [/^\/docs\/([a-z]+)\/index\.html$/, "/manual/$1/", "^/docs/([a-z]+)/index%.html$"],
  [/^\/docs\/([a-z]+)\/([a-z-]+)\.html$/, "/manual/$1/$2", "^/docs/([a-z]+)/([a-z-]+)%.html$"],
  [/^\/wiki\/([^/:]+):([^/]+)$/, "/notes/$1/$2", "^/wiki/([^/:]+):([^/]+)$"],
  [/^\/wiki\/([^/]+)$/, "/notes/$1", "^/wiki/([^/]+)$"],
  [/^\/img\/([a-z0-9-]+)\.(gif|jpg|png)$/, "/media/$1.webp", "^/img/([a-z0-9-]+)%.([gjp][ipn][fg])$"],
  [/^\/~([a-z]+)\/(.*)$/, "/home/$1/$2", "^/~([a-z]+)/(.*)$"],
  [/^\/events\/(\d+)-(\d+)-(\d+)$/, "/calendar/$1/$2/$3", "^/events/(%d+)%-(%d+)%-(%d+)$"],
  [/^\/press\/release-(\d+)\.pdf$/, "/press/$1", "^/press/release%-(%d+)%.pdf$"],
  [/^\/jobs\/([a-z]+)\/([a-z-]+)$/, "/careers/$2?team=$1", "^/jobs/([a-z]+)/([a-z-]+)$"],
  [/^\/rss\/([a-z]+)\.xml$/, "/feeds/$1", "^/rss/([a-z]+)%.xml$"],
  [/^\/m\/(.+)$/, "/$1?view=small", "^/m/(.+)$"],
];
