namespace Inference.Optimization.Distillation;

/// <summary>What a student is trained to match.</summary>
public enum StudentLoss
{
    /// <summary>By the teacher's output: soft labels for two or more columns, binary cross entropy for one column of probabilities, squared error otherwise.</summary>
    Auto,

    /// <summary>The squared difference of the outputs.</summary>
    SquaredError,

    /// <summary>Binary cross entropy with the teacher's probability, one output column; the student ends in Sigmoid where the teacher gives probabilities.</summary>
    BinaryCrossEntropy,

    /// <summary>Cross entropy with the teacher's softmax over the columns.</summary>
    SoftLabels,
}
