crypto.createCipheriv("des-cbc", key, iv); // flag
crypto.createCipheriv("aes-128-ecb", key, null); // flag
crypto.createCipheriv("aes-256-gcm", key, iv);
