using Inference.Caching.Units;
using Inference.Security;

namespace Inference.Caching.Store;

/// <summary>The answer to one unit, with its inputs. Complete once <see cref="OutputLayout"/> is set; afterwards only its position in the store changes.</summary>
internal sealed class CacheEntry(UInt128 key, DataOwner owner, UnitLayout inputLayout, UnitData inputs)
{
    // Object, dictionary slot and list links, rounded up.
    private const int Overhead = 192;

    // Each call brings its names in strings of their own.
    private const int StringHeader = 22;

    public UInt128 Key { get; } = key;

    public string? Tenant => Owner.Tenant;

    /// <summary>Whom the call that brought it was about. Calls about others find it too, if they are of the tenant: its inputs are theirs.</summary>
    public DataOwner Owner { get; } = owner;

    public UnitLayout InputLayout { get; } = inputLayout;

    public UnitData Inputs { get; } = inputs;

    public UnitLayout? OutputLayout { get; private set; }

    public UnitData Outputs { get; private set; }

    /// <summary>When it expires, ticks of the clock.</summary>
    public long ExpiresAt { get; set; } = long.MaxValue;

    /// <summary>Its total size in bytes.</summary>
    public long Size { get; private set; }

    /// <summary>Read since the eviction hand passed last. Written without a lock: a lost mark only costs accuracy.</summary>
    public bool Visited { get; set; }

    public CacheEntry? Newer { get; set; }

    public CacheEntry? Older { get; set; }

    public void Complete(UnitLayout layout, UnitData outputs)
    {
        Outputs = outputs;
        OutputLayout = layout;
        Size = Overhead + SizeOf(Owner.Tenant) + SizeOf(Owner.Subject) + Inputs.Size + outputs.Size;
    }

    public bool IsFor(string? tenant, UnitLayout layout, NamedValues values, int unit) =>
        string.Equals(Tenant, tenant, StringComparison.Ordinal) && InputLayout.SameAs(layout) && layout.Equal(values, unit, Inputs);

    private static long SizeOf(string? name) => name is null ? 0 : StringHeader + (2L * name.Length);
}
