const passwordHash = crypto.createHash("md5").update(text); // flag
const etag = crypto.createHash("md5").update(text);
const tokenHash = crypto.createHash("sha256").update(text);
