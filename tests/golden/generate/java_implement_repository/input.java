package com.bank.web;

import com.bank.port.Repository;

public class Customers implements Repository<String, Long>, Comparable<Customers> {
}
