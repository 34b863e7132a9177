using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Inference.Images;

namespace Inference.Operators.Contract;

/// <summary>Operators by name. Immutable: another table is made of one and more rows.</summary>
internal sealed class OperatorTable
{
    private readonly FrozenDictionary<(string, string), OperatorEntry> _byName;
    private Dictionary<string, UnaryTrait>? _cells;

    /// <summary>A table of these rows.</summary>
    public OperatorTable(IReadOnlyList<OperatorEntry> entries)
    {
        Entries = entries;
        _byName = entries.ToFrozenDictionary(e => (e.Domain, e.OpType));
    }

    private OperatorTable(OperatorTable rows, IImageDecoder images)
    {
        Entries = rows.Entries;
        _byName = rows._byName;
        Images = images;
    }

    /// <summary>What decodes images; null: nothing does, and operators that need it are not there.</summary>
    public IImageDecoder? Images { get; }

    /// <summary>The rows.</summary>
    public IReadOnlyList<OperatorEntry> Entries { get; }

    /// <summary>Functions of recurrent cells by the operators' names, whatever the case of letters.</summary>
    public IReadOnlyDictionary<string, UnaryTrait> Cells =>
        _cells ??= Entries.Where(e => e.Traits.Cell is not null).ToDictionary(e => e.OpType, e => e.Traits.Cell!, StringComparer.OrdinalIgnoreCase);

    /// <summary>This table and more rows.</summary>
    public OperatorTable With(params ReadOnlySpan<OperatorEntry> more) => new([.. Entries, .. more]);

    /// <summary>This table with a decoder of images; itself for none.</summary>
    public OperatorTable With(IImageDecoder? images) => images is null ? this : new(this, images);

    /// <summary>Whether an operator of this table can be made.</summary>
    public bool Has(OperatorEntry entry) => !entry.Traits.NeedsImages || Images is not null;

    /// <summary>Finds an operator; false where the table does not have it.</summary>
    public bool TryFind(string domain, string opType, long opset, [NotNullWhen(true)] out OperatorEntry? entry) =>
        _byName.TryGetValue((domain, opType), out entry) && opset >= entry.Since;

    /// <summary>What is known of an operator, of whichever version.</summary>
    public OperatorTraits TraitsOf(string domain, string opType) => _byName.TryGetValue((domain, opType), out OperatorEntry? entry) ? entry.Traits : OperatorTraits.None;
}
