namespace Inference.Evaluation.Reading;

/// <summary>How label values name classes.</summary>
public enum LabelCoding
{
    /// <summary>There are no classes: labels are numbers.</summary>
    Numbers,

    /// <summary>The values are those that the model uses, or column numbers from 0.</summary>
    Same,

    /// <summary>Column numbers from 1.</summary>
    OneBased,

    /// <summary>In ascending order the values are the classes in order: −1 and 1, texts, any numbers.</summary>
    ByOrder,

    /// <summary>One column a class, in which a 1 marks the true one.</summary>
    OneHot,

    /// <summary>The caller gave the class list.</summary>
    Given,
}
