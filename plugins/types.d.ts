/** The types of all plugins. Part of `lodestone.d.ts`. */

/// <reference path="./hsts/types.d.ts" />
