namespace Inference.Evaluation.Sequential;

/// <summary>Outcomes of both arms in one stage. Not thread-safe.</summary>
public sealed class ArmCounts
{
    /// <summary>Makes empty counts.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="levels">Levels of an outcome, see <see cref="OutcomeCounts"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The stage's number is negative or its share not between 0 and 1.</exception>
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

    /// <summary>Outcomes of the arm on trial.</summary>
    public OutcomeCounts Treatment { get; }

    /// <summary>Outcomes of the arm it is held against.</summary>
    public OutcomeCounts Control { get; }

    /// <summary>Adds another one's outcomes.</summary>
    /// <exception cref="EvaluationException">The stage or the levels are others.</exception>
    public void Merge(ArmCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Stage != Stage)
        {
            throw new EvaluationException($"Stage {Stage.Number}: expected counts of the same stage at a share of {Stage.Share}, got stage {other.Stage.Number} at {other.Stage.Share}. Begin a new stage with each change of the share, alike on every replica.");
        }

        Treatment.Merge(other.Treatment);
        Control.Merge(other.Control);
    }

    /// <summary>A copy.</summary>
    public ArmCounts Clone()
    {
        var copy = new ArmCounts(Stage, Treatment.Levels);
        copy.Merge(this);
        return copy;
    }
}
