use core::{
    fmt,
    marker::PhantomData,
    ops::{Deref, DerefMut},
};

/// Something in storage, to be looked at for as long as its map or list is.
pub struct Ref<'a, V> {
    value: V,
    of: PhantomData<&'a V>,
}

impl<V> Ref<'_, V> {
    pub(crate) const fn new(value: V) -> Self {
        Self { value, of: PhantomData }
    }
}

impl<V> Deref for Ref<'_, V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.value
    }
}

impl<V: fmt::Debug> fmt::Debug for Ref<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// Something in storage, to be changed for as long as its map or list is borrowed.
pub struct RefMut<'a, V> {
    value: V,
    of: PhantomData<&'a mut V>,
}

impl<V> RefMut<'_, V> {
    pub(crate) const fn new(value: V) -> Self {
        Self { value, of: PhantomData }
    }
}

impl<V> Deref for RefMut<'_, V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.value
    }
}

impl<V> DerefMut for RefMut<'_, V> {
    fn deref_mut(&mut self) -> &mut V {
        &mut self.value
    }
}

impl<V: fmt::Debug> fmt::Debug for RefMut<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
