package a;

import com.other.Objects;

class Party {
	final int id = 1;

	@Override
	public boolean equals(Object o) {
		return o instanceof Party;
	}

	@Override
	public int hashCode() {
		return id;
	}
}

class Bank<T> extends Party {
	private T other;
	private long[][] grid;
}
