() => ({ headers: { "content-type": "text/plain" }, body: "123" });
