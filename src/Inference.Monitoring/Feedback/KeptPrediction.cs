using Inference.Feedback;
using Inference.Security;

namespace Inference.Monitoring;

/// <summary>What is kept of a call. Immutable.</summary>
public sealed class KeptPrediction
{
    /// <summary>The call's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>When it was answered, in whole microseconds.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The version that served it.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The arm of the trial it was assigned to; null for none.</summary>
    public RunArm? Arm { get; init; }

    /// <summary>The keyed hash of the subject, 32 hexadecimal digits; null for nobody.</summary>
    public string? Subject { get; init; }

    /// <summary>The keyed hash of the tenant, 32 hexadecimal digits; null for none.</summary>
    public string? Tenant { get; init; }

    /// <summary>The number of rows, 1 or more.</summary>
    public int Rows { get; init; } = 1;

    /// <summary>The columns.</summary>
    public FeedbackColumns Columns { get; init; } = FeedbackColumns.None;

    /// <summary>The values, row by row, of the first rows or of all. A missing value is NaN.</summary>
    public ReadOnlyMemory<FeedbackValue> Values { get; init; }

    /// <summary>The values, encrypted under keys of subject and tenant; a store keeps it instead of <see cref="Values"/>, which are then empty. Empty if they are not encrypted.</summary>
    public ReadOnlyMemory<byte> Sealed { get; init; }

    /// <summary>Whose prediction it is, in plain text; never stored.</summary>
    internal DataOwner Owner { get; init; }

    /// <summary>The values of a row, one a column; empty for a row whose values are not kept.</summary>
    /// <param name="row">The row, from 0.</param>
    public ReadOnlySpan<FeedbackValue> Row(int row)
    {
        int width = Columns.Names.Count;
        return row >= 0 && (row + 1L) * width <= Values.Length ? Values.Span.Slice(row * width, width) : [];
    }

    /// <summary>The value of a column in a row; null if it is not kept.</summary>
    /// <param name="row">The row, from 0.</param>
    /// <param name="name">The column.</param>
    public FeedbackValue? Column(int row, string name) => Columns.IndexOf(name) is >= 0 and var place && Row(row) is { IsEmpty: false } values ? values[place] : (FeedbackValue?)null;

    /// <summary>The score of a row; NaN if none is kept.</summary>
    /// <param name="row">The row, from 0.</param>
    public double Score(int row) => Columns.Score is { } score ? Column(row, score)?.Number ?? double.NaN : double.NaN;

    /// <summary>Whether it is a subject's or a tenant's.</summary>
    /// <param name="owner">One of them, as its keyed hash.</param>
    internal bool IsOf(DataOwner owner) => owner.Subject is { } subject ? Subject == subject : Tenant == owner.Tenant;

    /// <summary>A copy with its values encrypted, or decrypted.</summary>
    internal KeptPrediction WithValues(ReadOnlyMemory<FeedbackValue> values, ReadOnlyMemory<byte> encrypted) => new()
    {
        Id = Id,
        At = At,
        ModelVersion = ModelVersion,
        Arm = Arm,
        Subject = Subject,
        Tenant = Tenant,
        Rows = Rows,
        Columns = Columns,
        Values = values,
        Sealed = encrypted,
    };

    /// <summary>The memory it takes, in bytes, about.</summary>
    internal long EstimateBytes()
    {
        // The object and its array; a value; a character.
        const int Object = 160;
        const int Value = 16;
        const int Character = 2;
        long bytes = Object + Sealed.Length + ((long)Values.Length * Value);
        foreach (FeedbackValue value in Values.Span)
        {
            bytes += (value.Text?.Length ?? 0) * Character;
        }

        return bytes;
    }
}
