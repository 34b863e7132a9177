namespace Inference.Monitoring.Feedback;

/// <summary>A call on its way from the thread that made it to the writer. Reused; owned by one thread at a time, see <see cref="PredictionRing"/>.</summary>
internal sealed class PredictionSlot
{
    /// <summary>The turn of the slot: see <see cref="PredictionRing"/>.</summary>
    public long Turn;

    /// <summary>The call's id; empty if reading its columns failed.</summary>
    public Guid Id;

    /// <summary>When it was answered, UTC ticks.</summary>
    public long At;

    public string Version = "";

    public RunArm? Arm;

    public string? Subject;

    public string? Tenant;

    public int Rows;

    /// <summary>The rows whose columns are here.</summary>
    public int KeptRows;

    /// <summary>Numbers, row by row, one a numeric column.</summary>
    public double[] Numbers = [];

    /// <summary>Texts, row by row, one a column of strings.</summary>
    public string?[] Texts = [];
}
