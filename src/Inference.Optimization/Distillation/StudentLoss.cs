namespace Inference.Optimization.Distillation;

/// <summary>Specifies the loss that a student is trained with.</summary>
public enum StudentLoss
{
    /// <summary>Selected by the teacher's output: soft labels for two or more columns, binary cross entropy for one column of probabilities, otherwise squared error.</summary>
    Auto,

    /// <summary>The squared difference of the outputs.</summary>
    SquaredError,

    /// <summary>Binary cross entropy with the teacher's probability, for one output column; the student ends in Sigmoid if the teacher returns probabilities.</summary>
    BinaryCrossEntropy,

    /// <summary>Cross entropy with the teacher's softmax over the columns.</summary>
    SoftLabels,
}
