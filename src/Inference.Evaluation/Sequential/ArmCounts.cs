namespace Inference.Evaluation.Sequential;

/// <summary>The outcomes of both arms in one stage, as counts. Not thread-safe.</summary>
public sealed class ArmCounts
{
    /// <summary>Initializes empty counts.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="levels">The number of levels of an outcome, see <see cref="OutcomeCounts"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The stage's number is negative, or its share is not between 0 and 1.</exception>
    public ArmCounts(StageKey stage, int levels = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(stage.Number, nameof(stage));
        if (!(stage.Share is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(stage), stage.Share, "Expected a share above 0 and below 1.");
        }

        Stage = stage;
        Treatment = new OutcomeCounts(levels);
        Control = new OutcomeCounts(levels);
    }

    /// <summary>The stage.</summary>
    public StageKey Stage { get; }

    /// <summary>The outcomes of the arm on trial.</summary>
    public OutcomeCounts Treatment { get; }

    /// <summary>The outcomes of the arm it is compared with.</summary>
    public OutcomeCounts Control { get; }

    /// <summary>Adds the outcomes of another instance.</summary>
    /// <exception cref="EvaluationException">The stages or levels differ.</exception>
    public void Merge(ArmCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Stage != Stage)
        {
            throw new EvaluationException($"Stage {Stage.Number}: expected counts of the same stage at a share of {Stage.Share}, got stage {other.Stage.Number} at {other.Stage.Share}. Begin a new stage with each change of the share, in the same way on every replica.");
        }

        Treatment.Merge(other.Treatment);
        Control.Merge(other.Control);
    }

    /// <summary>Creates a copy.</summary>
    public ArmCounts Clone()
    {
        var copy = new ArmCounts(Stage, Treatment.Levels);
        copy.Merge(this);
        return copy;
    }
}
