namespace Inference.Caching.Units;

/// <summary>Recently used layouts, so that a call with a known one allocates none. Thread-safe.</summary>
internal sealed class LayoutCatalog(string[]? order, bool whole)
{
    // Ragged inputs have many layouts: the catalog is a short memory and not a registry.
    private readonly UnitLayout?[] _recent = new UnitLayout?[16];
    private int _next;

    /// <summary>The layout of these values; null if they cannot be cached.</summary>
    public UnitLayout? Find(NamedValues values)
    {
        foreach (UnitLayout? known in _recent)
        {
            if (known is null)
            {
                break;
            }

            if (known.Matches(values))
            {
                return known;
            }
        }

        return UnitLayout.TryOf(values, order, whole) is { } made ? Note(made) : null;
    }

    /// <summary>The layout that is known for an equal one; else that, which is known from now on.</summary>
    public UnitLayout Known(UnitLayout layout)
    {
        foreach (UnitLayout? known in _recent)
        {
            if (known?.SameAs(layout) == true)
            {
                return known;
            }
        }

        return Note(layout);
    }

    private UnitLayout Note(UnitLayout made)
    {
        _recent[Interlocked.Increment(ref _next) - 1 & 15] = made;
        return made;
    }
}
