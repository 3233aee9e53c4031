package a;

import com.other.Objects;
import java.util.Arrays;

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

	@Override
	public boolean equals(Object object) {
		if (this == object) {
			return true;
		}
		if (object == null || getClass() != object.getClass()) {
			return false;
		}
		Bank<?> that = (Bank<?>) object;
		return super.equals(object)
				&& java.util.Objects.equals(other, that.other)
				&& Arrays.deepEquals(grid, that.grid);
	}

	@Override
	public int hashCode() {
		return java.util.Objects.hash(super.hashCode(), other, Arrays.deepHashCode(grid));
	}
}
