// Who read browser stores
// Use: Hunt, 5
// Question: Which processes opened the files in which browsers keep passwords and cookies?
// Look at: the rows where "own browser" is no.
// Limit: the first 300, other programs than browsers before browsers.
WITH
  'default' AS case_name // the case
UNWIND [
  'login data', 'web data', 'cookies', 'local state', 'history',
  'logins.json', 'key3.db', 'key4.db', 'signons.sqlite', 'cookies.sqlite', 'places.sqlite'
] AS store_name
MATCH (store:File {case: case_name, name: store_name})<-[opened:ACCESSED|WROTE|INTERPRETED]-(process:Process)
RETURN process, opened, store, store.path AS path, opened.first AS time,
  coalesce(any(own IN [
    ['chrome.exe', '\\google\\chrome'], ['msedge.exe', '\\microsoft\\edge'],
    ['firefox.exe', '\\mozilla\\firefox\\'], ['brave.exe', '\\bravesoftware\\'],
    ['opera.exe', '\\opera software\\'], ['vivaldi.exe', '\\vivaldi\\']
  ] WHERE process.name = own[0] AND toLower(store.path) CONTAINS own[1]), false) AS own_browser
ORDER BY own_browser, time, store.id LIMIT 300
