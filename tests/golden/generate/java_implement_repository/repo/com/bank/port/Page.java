package com.bank.port;

public class Page {
}
