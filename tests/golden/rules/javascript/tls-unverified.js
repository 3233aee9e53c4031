https.request({ host, rejectUnauthorized: false }); // flag
process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"; // flag
https.request({ host, rejectUnauthorized: true });
