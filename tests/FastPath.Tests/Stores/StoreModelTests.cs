using FastPath.Serialization.Contracts;
using FastPath.Stores;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace FastPath.Tests.Stores;

/// <summary>Any sequence of commands leaves a store that holds what a dictionary would hold.</summary>
public sealed class StoreModelTests
{
    private static readonly SampleContract[] Contracts =
        [.. new[] { 0, 1_000, 20_000, 270_000 }.Select((bytes, i) => SampleContract.Create(i, bytes, parametersLength: i * 20))];

    [Property(MaxTest = 40, Arbitrary = [typeof(Commands)])]
    public void A_file_store_holds_what_its_model_holds(StoreCommand[] commands)
    {
        using var folder = new TemporaryFolder();
        using var run = new Run(() => FileContractStore.Open(folder.Path), folder);
        run.Execute(commands);
    }

    [Property(MaxTest = 40, Arbitrary = [typeof(Commands)])]
    public void A_memory_store_holds_what_its_model_holds(StoreCommand[] commands)
    {
        using var run = new Run(() => new MemoryContractStore(), folder: null);
        run.Execute([.. commands.Where(command => command.Action != StoreAction.CrashAndReopen)]);
    }

    private static class Commands
    {
        public static Arbitrary<StoreCommand> Command() =>
            (from action in Gen.Elements(Enum.GetValues<StoreAction>())
             from contract in Gen.Choose(0, 3)
             from version in Gen.Choose(0, 3)
             select new StoreCommand(action, contract, version)).ToArbitrary();
    }

    private sealed class Run(Func<IContractStore> open, TemporaryFolder? folder) : IDisposable
    {
        private readonly Dictionary<ContractInstanceId, SampleContract> _model = [];
        private readonly List<(StoredContract Entry, SampleContract Expected)> _held = [];
        private IContractStore _store = open();
        private (IContractWriter Writer, SampleContract Contract)? _slow;

        public void Execute(StoreCommand[] commands)
        {
            foreach (StoreCommand command in commands)
            {
                Execute(command);
                Compare();
            }
        }

        public void Dispose()
        {
            _slow?.Writer.Dispose();
            _held.ForEach(held => held.Entry.Dispose());
            _store.Dispose();
        }

        private void Execute(StoreCommand command)
        {
            SampleContract contract = Contracts[command.Contract];
            contract = contract.WithState(command.Version == 0 ? null : command.Version * 1_000, command.Version);
            switch (command.Action)
            {
                case StoreAction.Put:
                    contract.StoreIn(_store);
                    _model[contract.Id] = contract;
                    break;
                case StoreAction.Abort:
                    using (IContractWriter writer = _store.BeginWrite(contract.Key))
                    {
                        contract.Fill(writer);
                    }

                    break;
                case StoreAction.PutWrongContent:
                    using (IContractWriter writer = _store.BeginWrite(contract.Key))
                    {
                        Contracts[(command.Contract + 1) % 4].Fill(writer);
                        Assert.Throws<ContractVerificationException>(writer.Commit);
                    }

                    break;
                case StoreAction.PutSlowly:
                    EndSlowWrite();
                    _slow = (_store.BeginWrite(contract.Key), contract);
                    contract.Fill(_slow.Value.Writer);
                    break;
                case StoreAction.Hold when _model.TryGetValue(contract.Id, out SampleContract? expected):
                    _held.Add((_store.TryOpen(contract.Id)!, expected));
                    break;
                case StoreAction.Remove:
                    Assert.Equal(_model.Remove(contract.Id), _store.Remove(contract.Id));
                    break;
                case StoreAction.CrashAndReopen:
                    CrashAndReopen(contract, command.Version);
                    break;
            }
        }

        private void EndSlowWrite()
        {
            if (_slow is { } slow)
            {
                slow.Writer.Commit();
                slow.Writer.Dispose();
                _model[slow.Contract.Id] = slow.Contract;
                _slow = null;
            }
        }

        // The writer dies at one of its steps, at the latest before the rename, which is its fourth.
        private void CrashAndReopen(SampleContract contract, int version)
        {
            var files = new FaultyStoreFiles(Fault.Kill, stepsBefore: 1 + (version % 3));
            using var dying = new FileContractStore(folder!.Path, computesPayloadDigests: true, files);
            Assert.Throws<SimulatedCrashException>(() => contract.StoreIn(dying));
            _store.Dispose();
            _store = open();
            Assert.Equal(1, ((FileContractStore)_store).StaleFilesRemoved);
            Assert.Equal(_slow is null ? 0 : 1, folder.Drafts.Length);
        }

        private void Compare()
        {
            Assert.Equal(_model.Keys.ToHashSet(), _store.Enumerate().ToHashSet());
            Assert.Equal(_model.Count, _store.MeasureUsage().Contracts);
            foreach (SampleContract contract in Contracts)
            {
                using StoredContract? entry = _store.TryOpen(contract.Id);
                Assert.Equal(_model.ContainsKey(contract.Id), entry is not null);
                Assert.True(entry is null || _model[contract.Id].IsIn(entry));
            }

            Assert.All(_held, held => Assert.True(held.Expected.IsIn(held.Entry)));
        }
    }
}
