<?php
header("Content-Type: text/html; charset=utf-8");
$name = $_GET["name"] ?? "stranger";
$stones = ["granite", "basalt", "marble", "slate", "gneiss", "chalk", "flint", "obsidian"];
$escaped = htmlspecialchars($name, ENT_QUOTES);
$page = "<!doctype html>\n<title>Stones for $escaped</title>\n<h1>Good day, $escaped</h1>\n<table>\n";
for ($i = 0; $i < 40; $i++) {
    $stone = $stones[$i % count($stones)];
    $weight = number_format(($i * 7919) % 10000);
    $page .= "<tr><td>" . ($i + 1) . "<td>" . ucfirst($stone) . "<td>$weight kg\n";
}
echo $page . "</table>\n";
