using FastPath.Serialization.Bincode;

namespace FastPath.Serialization.Contracts;

/// <summary>Turns fields of the parser into calls of an <see cref="IContractSink"/>.</summary>
internal sealed class ContractFields(IContractSink sink) : IFieldSink
{
    // First half of the key that is being read.
    private ContractInstanceId _instance;

    public void OnField(Field field, ReadOnlySpan<byte> value)
    {
        switch (field)
        {
            case Field.OuterInstance:
                _instance = ContractInstanceId.Read(value);
                sink.OnContractInstance(_instance);
                break;
            case Field.OuterCode:
                sink.OnContractKey(new ContractKey(_instance, CodeHash.Read(value)));
                break;
            case Field.CodeHash:
                sink.OnCodeHash(CodeHash.Read(value));
                break;
            case Field.KeyInstance:
                _instance = ContractInstanceId.Read(value);
                break;
            case Field.KeyCode:
                sink.OnContainerKey(new ContractKey(_instance, CodeHash.Read(value)));
                break;
            case Field.RelatedId:
                sink.OnRelated(ContractInstanceId.Read(value));
                break;
        }
    }

    public void OnLength(Field field, long length)
    {
        switch (field)
        {
            case Field.Code:
                sink.OnCodeStart(length);
                break;
            case Field.Parameters:
                sink.OnParametersStart(length);
                break;
            case Field.RelatedCount:
                sink.OnRelatedCount(length);
                break;
            case Field.RelatedState:
                sink.OnRelatedStateStart(length);
                break;
            case Field.State:
                sink.OnStateStart(length);
                break;
        }
    }

    public void OnBytes(Field field, ReadOnlySpan<byte> piece)
    {
        switch (field)
        {
            case Field.Code:
                sink.OnCode(piece);
                break;
            case Field.Parameters:
                sink.OnParameters(piece);
                break;
            case Field.RelatedState:
                sink.OnRelatedState(piece);
                break;
            case Field.State:
                sink.OnState(piece);
                break;
        }
    }
}
